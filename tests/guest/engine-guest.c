// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's driver of the test engine: takes an MSI-X interrupt of each vector some
 * times and has a buffer copied by DMA, when it binds and after each reset, and says
 * in one line how that went.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "engine.h"

#define ROUNDS		3		/* interrupts of each vector */
#define TIMEOUT_MS	5000		/* for one of them; emulation is slow */
#define BUFFER		0x11000		/* where DMA goes in BAR 2 */
#define BUFFER_BACK	0x41000		/* where it comes from pinned pages */
#define LENGTH		ENGINE_MAX_LENGTH

static bool lose;
module_param(lose, bool, 0400);
MODULE_PARM_DESC(lose, "let the GPU fall off its bus once all was tested");

struct guest {
	struct pci_dev *pdev;
	void __iomem *control;
	void __iomem *memory;
	u8 *data;
	dma_addr_t iova;
	int vectors;
	atomic_t taken[ENGINE_MSIX_VECTORS];
	struct guest_vector {
		struct guest *guest;
		unsigned int number;
	} vector[ENGINE_MSIX_VECTORS];
};

static irqreturn_t guest_irq(int irq, void *data)
{
	struct guest_vector *vector = data;

	atomic_inc(&vector->guest->taken[vector->number]);
	return IRQ_HANDLED;
}

static bool guest_wait(struct guest *guest, unsigned int vector, int count)
{
	int waited;

	for (waited = 0; waited < TIMEOUT_MS; waited++) {
		if (atomic_read(&guest->taken[vector]) >= count)
			return true;
		usleep_range(1000, 1100);
	}
	pci_err(guest->pdev, "vector %u: %d interrupts instead of %d\n", vector,
		atomic_read(&guest->taken[vector]), count);
	return false;
}

/* How many interrupts were taken since before. */
static int guest_test_irqs(struct guest *guest)
{
	int round, vector, before, sum = 0;

	for (vector = 0; vector < guest->vectors; vector++) {
		before = atomic_read(&guest->taken[vector]);
		for (round = 1; round <= ROUNDS; round++) {
			writel(vector, guest->control + ENGINE_RAISE);
			if (!guest_wait(guest, vector, before + round))
				return sum;
			sum++;
		}
	}
	return sum;
}

static int guest_command(struct guest *guest, u32 command, u32 buffer)
{
	writel(lower_32_bits(guest->iova), guest->control + ENGINE_IOVA_LO);
	writel(upper_32_bits(guest->iova), guest->control + ENGINE_IOVA_HI);
	writel(LENGTH, guest->control + ENGINE_LENGTH);
	writel(buffer, guest->control + ENGINE_BUFFER);
	writel(command, guest->control + ENGINE_COMMAND);
	return readl(guest->control + ENGINE_RESULT);
}

static u8 guest_pattern(unsigned int at)
{
	return at * 7 + (at >> 8);
}

static bool guest_data_is_pattern(struct guest *guest)
{
	unsigned int i;

	for (i = 0; i < LENGTH; i++)
		if (guest->data[i] != guest_pattern(i))
			return false;
	return true;
}

/* Whether BAR 2, which we have mapped, has the pattern at @buffer. */
static bool guest_memory_is_pattern(struct guest *guest, u32 buffer)
{
	memset(guest->data, 0, LENGTH);
	memcpy_fromio(guest->data, guest->memory + buffer, LENGTH);
	return guest_data_is_pattern(guest);
}

/* What failed, or NULL. */
static const char *guest_test_dma(struct guest *guest)
{
	int pages = LENGTH / ENGINE_PAGE;
	unsigned int i;

	for (i = 0; i < LENGTH; i++)
		guest->data[i] = guest_pattern(i);
	memset_io(guest->memory + BUFFER, 0, LENGTH);
	memset_io(guest->memory + BUFFER_BACK, 0, LENGTH);
	if (guest_command(guest, ENGINE_CMD_READ, BUFFER))
		return "reading guest memory";
	if (guest_command(guest, ENGINE_CMD_PIN, 0) != pages)
		return "pinning";
	if (guest_command(guest, ENGINE_CMD_COPY, BUFFER_BACK))
		return "reading pinned pages";
	if (guest_command(guest, ENGINE_CMD_UNPIN, 0))
		return "unpinning";
	if (guest_command(guest, ENGINE_CMD_COPY, BUFFER_BACK) != -ENOENT)
		return "forgetting pages";
	if (!guest_memory_is_pattern(guest, BUFFER))
		return "comparing what was read";
	if (!guest_memory_is_pattern(guest, BUFFER_BACK))
		return "comparing what was pinned";
	memset(guest->data, 0, LENGTH);
	if (guest_command(guest, ENGINE_CMD_WRITE, BUFFER))
		return "writing guest memory";
	return guest_data_is_pattern(guest) ? NULL : "comparing what was written";
}

static void guest_test(struct guest *guest)
{
	int irqs = guest_test_irqs(guest);
	const char *failed = guest_test_dma(guest);

	if (failed)
		pci_err(guest->pdev, "%s failed: result %d\n", failed,
			(int)readl(guest->control + ENGINE_RESULT));
	pr_info("ENGINE-GUEST msix=%d irqs=%d dma=%s\n", guest->vectors, irqs,
		failed ? "failed" : "ok");
}

static void guest_free_irqs(struct guest *guest, int count)
{
	while (count--)
		free_irq(pci_irq_vector(guest->pdev, count),
			 &guest->vector[count]);
	pci_free_irq_vectors(guest->pdev);
}

static int guest_request_irqs(struct guest *guest)
{
	int i, err;

	guest->vectors = pci_alloc_irq_vectors(guest->pdev, 1,
					       ENGINE_MSIX_VECTORS,
					       PCI_IRQ_MSIX);
	if (guest->vectors < 0)
		return guest->vectors;
	for (i = 0; i < guest->vectors; i++) {
		guest->vector[i].guest = guest;
		guest->vector[i].number = i;
		err = request_irq(pci_irq_vector(guest->pdev, i), guest_irq, 0,
				  "engine-guest", &guest->vector[i]);
		if (err) {
			guest_free_irqs(guest, i);
			return err;
		}
	}
	return 0;
}

static int guest_map(struct guest *guest)
{
	struct pci_dev *pdev = guest->pdev;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	guest->control = pcim_iomap(pdev, ENGINE_CONTROL_BAR, 0);
	guest->memory = pcim_iomap(pdev, ENGINE_MEMORY_BAR, 0);
	if (!guest->control || !guest->memory)
		return -ENOMEM;
	if (readl(guest->control + ENGINE_ID) != ENGINE_ID_VALUE)
		return -ENODEV;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	guest->data = dmam_alloc_coherent(&pdev->dev, LENGTH, &guest->iova,
					  GFP_KERNEL);
	if (!guest->data)
		return -ENOMEM;
	pci_set_master(pdev);
	return 0;
}

static int guest_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct guest *guest;
	int err;

	guest = devm_kzalloc(&pdev->dev, sizeof(*guest), GFP_KERNEL);
	if (!guest)
		return -ENOMEM;
	guest->pdev = pdev;
	err = guest_map(guest);
	if (err)
		return err;
	err = guest_request_irqs(guest);
	if (err)
		return err;
	pci_set_drvdata(pdev, guest);
	guest_test(guest);
	if (lose)
		writel(ENGINE_CMD_LOSE, guest->control + ENGINE_COMMAND);
	return 0;
}

static void guest_remove(struct pci_dev *pdev)
{
	struct guest *guest = pci_get_drvdata(pdev);

	guest_free_irqs(guest, guest->vectors);
}

/* The PCI core has put config space and MSI-X back; nothing else is left. */
static void guest_reset_done(struct pci_dev *pdev)
{
	struct guest *guest = pci_get_drvdata(pdev);

	if (readl(guest->control + ENGINE_RESETS) == 0)
		pci_err(pdev, "the engine knows of no reset\n");
	guest_test(guest);
}

static const struct pci_error_handlers guest_handlers = {
	.reset_done = guest_reset_done,
};

static const struct pci_device_id guest_ids[] = {
	{ PCI_DEVICE(ENGINE_VENDOR, ENGINE_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, guest_ids);

static struct pci_driver guest_driver = {
	.name = "engine-guest",
	.id_table = guest_ids,
	.probe = guest_probe,
	.remove = guest_remove,
	.err_handler = &guest_handlers,
};
module_pci_driver(guest_driver);

MODULE_DESCRIPTION("A guest's driver of the OpenVGPU test engine");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
