// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic PCI host bridge: its domain, its window of addresses, and the
 * configuration accesses of its root bus.
 */
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "gpu.h"
#include "host.h"
#include "pci-domain.h"

/*
 * Lives in the private part of its bridge, so that the PCI core frees it with
 * the last reference to the bridge: sysdata is read through every pci_dev.
 */
struct simpci_host {
	/* All of it, x86 looks beyond the domain; given to each bus. */
	struct pci_sysdata sysdata;
	struct pci_host_bridge *bridge;
	struct resource window;
	struct resource busn;
	unsigned int gpus;
	/*
	 * Guards the data in configs; raw and with interrupts off since the
	 * kernel accesses configuration space in any context. The pointer is
	 * set before the bus exists; what it points to is freed after the
	 * bus has gone.
	 */
	raw_spinlock_t lock;
	struct simpci_config *configs;
};

/* The function at @devfn or NULL: one GPU a slot, function 0 only. */
static struct simpci_config *simpci_host_config(struct simpci_host *host,
						unsigned int devfn)
{
	if (PCI_FUNC(devfn) || PCI_SLOT(devfn) >= host->gpus)
		return NULL;
	return &host->configs[PCI_SLOT(devfn)];
}

static int simpci_host_read(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 *value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	struct simpci_config *config = simpci_host_config(host, devfn);
	unsigned long flags;

	if (!config) {
		*value = ~0U;
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	raw_spin_lock_irqsave(&host->lock, flags);
	*value = simpci_config_read(config, where, size);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static int simpci_host_write(struct pci_bus *bus, unsigned int devfn, int where,
			     int size, u32 value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	struct simpci_config *config = simpci_host_config(host, devfn);
	unsigned long flags;

	if (!config)
		return PCIBIOS_DEVICE_NOT_FOUND;
	raw_spin_lock_irqsave(&host->lock, flags);
	simpci_config_write(config, where, size, value);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops simpci_host_ops = {
	.read = simpci_host_read,
	.write = simpci_host_write,
};

static int simpci_host_init_configs(struct simpci_host *host)
{
	unsigned int i;

	host->configs = kvcalloc(host->gpus, sizeof(*host->configs),
				 GFP_KERNEL);
	if (!host->configs)
		return -ENOMEM;
	for (i = 0; i < host->gpus; i++)
		simpci_config_init(&host->configs[i], simpci_gpu_fields,
				   simpci_gpu_field_count);
	return 0;
}

/*
 * A range of addresses for the BARs. It only names them: nothing answers there
 * and nobody may map it. Pairs with release_resource().
 */
static int simpci_host_claim_window(struct simpci_host *host)
{
	resource_size_t size = (resource_size_t)host->gpus *
			       SIMPCI_GPU_BAR_SIZE;

	host->window.name = "vgpu-simpci";
	host->window.flags = IORESOURCE_MEM | IORESOURCE_PREFETCH |
			     IORESOURCE_MEM_64;
	return allocate_resource(&iomem_resource, &host->window, size, SZ_4G,
				 iomem_resource.end, SIMPCI_GPU_BAR_SIZE,
				 NULL, NULL);
}

/*
 * Let the kernel find the GPUs, and drivers bind. The caller holds the rescan
 * lock, under which no other host bridge comes to the domain.
 */
static int simpci_host_scan(struct simpci_host *host)
{
	int err;

	err = pci_scan_root_bus_bridge(host->bridge);
	if (err)
		return err;
	pci_assign_unassigned_bus_resources(host->bridge->bus);
	pci_bus_add_devices(host->bridge->bus);
	return 0;
}

/* Claims a domain and registers the bridge in it. Pairs with simpci_host_unplug(). */
static int simpci_host_plug(struct simpci_host *host)
{
	int err;

	pci_lock_rescan_remove();
	err = vgpu_pci_domain_get();
	if (err < 0)
		goto unlock;
	host->sysdata.domain = err;
	err = simpci_host_scan(host);
	if (err)
		vgpu_pci_domain_put(host->sysdata.domain);
unlock:
	pci_unlock_rescan_remove();
	return err;
}

static void simpci_host_unplug(struct simpci_host *host)
{
	pci_lock_rescan_remove();
	pci_stop_root_bus(host->bridge->bus);
	pci_remove_root_bus(host->bridge->bus);
	vgpu_pci_domain_put(host->sysdata.domain);
	pci_unlock_rescan_remove();
}

/*
 * A driver may wait for users of its GPU. Let it wait here, not under the
 * rescan lock, which stalls all of PCI.
 */
static void simpci_host_drain(struct simpci_host *host)
{
	struct pci_dev *gpu;
	unsigned int i;

	for (i = 0; i < host->gpus; i++) {
		gpu = pci_get_slot(host->bridge->bus, PCI_DEVFN(i, 0));
		if (!gpu)
			continue;
		device_release_driver(&gpu->dev);
		pci_dev_put(gpu); /* pairs with pci_get_slot() */
	}
}

static struct simpci_host *simpci_host_alloc(struct device *parent,
					     unsigned int gpus, int node)
{
	struct pci_host_bridge *bridge;
	struct simpci_host *host;

	bridge = pci_alloc_host_bridge(sizeof(*host));
	if (!bridge)
		return NULL;
	host = pci_host_bridge_priv(bridge);
	host->bridge = bridge;
	bridge->dev.parent = parent;
	host->gpus = gpus;
	host->sysdata.node = node;
	raw_spin_lock_init(&host->lock);

	/* One bus, 0. */
	host->busn.name = "vgpu-simpci";
	host->busn.flags = IORESOURCE_BUS;
	pci_add_resource(&bridge->windows, &host->busn);
	pci_add_resource(&bridge->windows, &host->window);
	bridge->sysdata = &host->sysdata;
	bridge->ops = &simpci_host_ops;
	return host;
}

struct simpci_host *simpci_host_create(struct device *parent, unsigned int gpus,
				       int node)
{
	struct simpci_host *host;
	int err;

	host = simpci_host_alloc(parent, gpus, node);
	if (!host)
		return ERR_PTR(-ENOMEM);
	err = simpci_host_init_configs(host);
	if (err)
		goto free_bridge;
	err = simpci_host_claim_window(host);
	if (err)
		goto free_configs;
	err = simpci_host_plug(host);
	if (err)
		goto release_window;
	return host;

release_window:
	release_resource(&host->window);
free_configs:
	kvfree(host->configs);
free_bridge:
	pci_free_host_bridge(host->bridge);
	return ERR_PTR(err);
}

void simpci_host_destroy(struct simpci_host *host)
{
	simpci_host_drain(host);
	simpci_host_unplug(host);
	release_resource(&host->window);
	kvfree(host->configs);
	pci_free_host_bridge(host->bridge); /* and host with it, at the last reference */
}
