// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic PCI host bridge: its window of addresses, the configuration
 * accesses of its root bus, and the GPU on that.
 */
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>

#include "driver-override.h"
#include "gpu.h"
#include "host.h"
#include "pci-domain.h"
#include "spec.h"

#define GPU_DEVFN	PCI_DEVFN(0, 0)

/*
 * Lives in the private part of its bridge, so that the PCI core frees it with
 * the last reference to the bridge: sysdata is read through every pci_dev.
 */
struct simpci_host {
	/* All of it, x86 looks beyond the domain; given to the bus. */
	struct pci_sysdata sysdata;
	struct pci_host_bridge *bridge;
	struct resource window;
	struct resource busn;
	/*
	 * Guards the data in config; raw and with interrupts off since the
	 * kernel accesses configuration space in any context.
	 */
	raw_spinlock_t lock;
	struct simpci_config config;
};

static int simpci_host_read(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 *value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	unsigned long flags;

	if (devfn != GPU_DEVFN) {
		*value = ~0U;
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	raw_spin_lock_irqsave(&host->lock, flags);
	*value = simpci_config_read(&host->config, where, size);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static int simpci_host_write(struct pci_bus *bus, unsigned int devfn, int where,
			     int size, u32 value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	unsigned long flags;

	if (devfn != GPU_DEVFN)
		return PCIBIOS_DEVICE_NOT_FOUND;
	raw_spin_lock_irqsave(&host->lock, flags);
	simpci_config_write(&host->config, where, size, value);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops simpci_host_ops = {
	.read = simpci_host_read,
	.write = simpci_host_write,
};

/*
 * A range of addresses for the BAR. It only names them: nothing answers there
 * and nobody may map it. Pairs with release_resource().
 */
static int simpci_host_claim_window(struct simpci_host *host)
{
	host->window.name = "vgpu-simpci";
	host->window.flags = IORESOURCE_MEM | IORESOURCE_PREFETCH |
			     IORESOURCE_MEM_64;
	return allocate_resource(&iomem_resource, &host->window,
				 SIMPCI_GPU_BAR_SIZE, SZ_4G, iomem_resource.end,
				 SIMPCI_GPU_BAR_SIZE, NULL, NULL);
}

/* The GPU, to be given back by pci_dev_put(); NULL if it was removed by hand. */
static struct pci_dev *simpci_host_gpu(struct simpci_host *host)
{
	return pci_get_slot(host->bridge->bus, GPU_DEVFN);
}

/* After it was found and before drivers may look at it. */
static int simpci_host_reserve_gpu(struct simpci_host *host, const char *driver)
{
	struct pci_dev *gpu = simpci_host_gpu(host);
	int err;

	if (!gpu)
		return -ENODEV;
	err = *driver ? vgpu_pci_override_driver(gpu, driver) : 0;
	pci_dev_put(gpu); /* pairs with simpci_host_gpu() */
	return err;
}

static void simpci_host_remove_bus_locked(struct simpci_host *host)
{
	pci_stop_root_bus(host->bridge->bus);
	pci_remove_root_bus(host->bridge->bus);
}

/* Registers the bridge in its domain. Pairs with simpci_host_unplug(). */
static int simpci_host_plug(struct simpci_host *host, const char *driver)
{
	int err;

	pci_lock_rescan_remove();
	err = pci_scan_root_bus_bridge(host->bridge);
	if (err)
		goto unlock;
	err = simpci_host_reserve_gpu(host, driver);
	if (err) {
		simpci_host_remove_bus_locked(host);
		goto unlock;
	}
	pci_assign_unassigned_bus_resources(host->bridge->bus);
	pci_bus_add_devices(host->bridge->bus);
unlock:
	pci_unlock_rescan_remove();
	return err;
}

static void simpci_host_unplug(struct simpci_host *host)
{
	pci_lock_rescan_remove();
	simpci_host_remove_bus_locked(host);
	pci_unlock_rescan_remove();
}

/*
 * A driver may wait for users of its GPU. Let it wait here, not under the
 * rescan lock, which stalls all of PCI.
 */
static void simpci_host_drain(struct simpci_host *host)
{
	struct pci_dev *gpu = simpci_host_gpu(host);

	if (!gpu)
		return;
	device_release_driver(&gpu->dev);
	pci_dev_put(gpu); /* pairs with simpci_host_gpu() */
}

static int is_device(struct device *device, void *unused)
{
	return 1;
}

bool simpci_host_busy(struct simpci_host *host)
{
	struct pci_dev *gpu = simpci_host_gpu(host);
	bool busy;

	if (!gpu)
		return false;
	busy = device_for_each_child(&gpu->dev, NULL, is_device);
	pci_dev_put(gpu); /* pairs with simpci_host_gpu() */
	return busy;
}

static struct simpci_host *simpci_host_alloc(struct device *parent,
					     const struct simpci_spec *spec)
{
	struct pci_host_bridge *bridge;
	struct simpci_host *host;

	bridge = pci_alloc_host_bridge(sizeof(*host));
	if (!bridge)
		return NULL;
	host = pci_host_bridge_priv(bridge);
	host->bridge = bridge;
	bridge->dev.parent = parent;
	host->sysdata.domain = spec->domain;
	host->sysdata.node = spec->node;
	raw_spin_lock_init(&host->lock);
	simpci_gpu_init(&host->config, spec);

	/* One bus, 0. */
	host->busn.name = "vgpu-simpci";
	host->busn.flags = IORESOURCE_BUS;
	pci_add_resource(&bridge->windows, &host->busn);
	pci_add_resource(&bridge->windows, &host->window);
	bridge->sysdata = &host->sysdata;
	bridge->ops = &simpci_host_ops;
	return host;
}

struct simpci_host *simpci_host_create(struct device *parent,
				       const struct simpci_spec *spec)
{
	struct simpci_host *host;
	int err;

	host = simpci_host_alloc(parent, spec);
	if (!host)
		return ERR_PTR(-ENOMEM);
	err = simpci_host_claim_window(host);
	if (err)
		goto free_bridge;
	err = simpci_host_plug(host, spec->driver);
	if (err)
		goto release_window;
	return host;

release_window:
	release_resource(&host->window);
free_bridge:
	pci_free_host_bridge(host->bridge);
	return ERR_PTR(err);
}

void simpci_host_destroy(struct simpci_host *host)
{
	simpci_host_drain(host);
	simpci_host_unplug(host);
	release_resource(&host->window);
	pci_free_host_bridge(host->bridge); /* and host with it, at the last reference */
}
