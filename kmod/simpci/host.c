// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic PCI host bridge: its window of addresses, the configuration
 * accesses of its root bus, and the GPU on that.
 */
#include <linux/async.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/minmax.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "driver-override.h"
#include "gpu.h"
#include "host.h"
#include "pci-domain.h"
#include "spec.h"
#include "vpd.h"

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
	struct simpci_spec spec;	/* constant */
	/*
	 * Guards the data in the configuration spaces; raw and with interrupts
	 * off since the kernel accesses them in any context. The pointer is set
	 * before the bus exists; what it points to is freed after the bus has
	 * gone.
	 */
	raw_spinlock_t lock;
	struct simpci_config config;
	struct simpci_config *vfs;	/* as many as spec says */
	struct simpci_vpd vpd;		/* constant; there if spec has a name */
	atomic_t releasing;		/* functions that a driver lets go of */
	wait_queue_head_t released;	/* there are none any more */
};

/* The function at @devfn, or NULL if none is there now. */
static struct simpci_config *simpci_host_config(struct simpci_host *host,
						unsigned int devfn)
{
	unsigned int vfs;

	lockdep_assert_held(&host->lock);
	if (devfn == GPU_DEVFN)
		return &host->config;
	vfs = min_t(unsigned int, simpci_gpu_vfs(&host->config),
		    host->spec.vfs);
	if (devfn < SIMPCI_VF_DEVFN || devfn - SIMPCI_VF_DEVFN >= vfs)
		return NULL;
	return &host->vfs[devfn - SIMPCI_VF_DEVFN];
}

static int simpci_host_read(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 *value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	struct simpci_config *config;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	config = simpci_host_config(host, devfn);
	*value = config ? simpci_config_read(config, where, size) : ~0U;
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return config ? PCIBIOS_SUCCESSFUL : PCIBIOS_DEVICE_NOT_FOUND;
}

static bool simpci_host_asks_vpd(const struct simpci_host *host,
				 unsigned int devfn, int where, int size)
{
	int address = SIMPCI_GPU_CAP_VPD + PCI_VPD_ADDR;

	return *host->spec.name && devfn == GPU_DEVFN &&
	       where <= address + 1 && where + size > address;
}

static int simpci_host_write(struct pci_bus *bus, unsigned int devfn, int where,
			     int size, u32 value)
{
	struct simpci_host *host =
		container_of(bus->sysdata, struct simpci_host, sysdata);
	struct simpci_config *config;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	config = simpci_host_config(host, devfn);
	if (config)
		simpci_config_write(config, where, size, value);
	if (config && simpci_host_asks_vpd(host, devfn, where, size))
		simpci_vpd_run(&host->vpd, config, SIMPCI_GPU_CAP_VPD);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return config ? PCIBIOS_SUCCESSFUL : PCIBIOS_DEVICE_NOT_FOUND;
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

/*
 * A GPU or a function of it has been found, for the first time or by a rescan, and
 * no driver may look at it yet.
 */
static int simpci_host_notify(struct notifier_block *block,
			      unsigned long event, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct simpci_host *host;

	if (event != BUS_NOTIFY_ADD_DEVICE ||
	    pdev->bus->ops != &simpci_host_ops)
		return NOTIFY_DONE;
	host = container_of(pdev->bus->sysdata, struct simpci_host, sysdata);
	if (*host->spec.driver &&
	    vgpu_pci_override_driver(pdev, host->spec.driver))
		pci_err(pdev, "no memory to keep it for driver \"%s\"\n",
			host->spec.driver);
	return NOTIFY_OK;
}

static struct notifier_block simpci_host_notifier = {
	.notifier_call = simpci_host_notify,
};

int simpci_host_init(void)
{
	return bus_register_notifier(&pci_bus_type, &simpci_host_notifier);
}

void simpci_host_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &simpci_host_notifier);
}

static void simpci_host_remove_bus_locked(struct simpci_host *host)
{
	pci_stop_root_bus(host->bridge->bus);
	pci_remove_root_bus(host->bridge->bus);
}

/* Registers the bridge in its domain. Pairs with simpci_host_unplug(). */
static int simpci_host_plug(struct simpci_host *host)
{
	int err;

	pci_lock_rescan_remove();
	err = pci_scan_root_bus_bridge(host->bridge);
	if (err)
		goto unlock;
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

static unsigned int simpci_host_vfs(struct simpci_host *host)
{
	unsigned long flags;
	unsigned int vfs;

	raw_spin_lock_irqsave(&host->lock, flags);
	vfs = min_t(unsigned int, simpci_gpu_vfs(&host->config),
		    host->spec.vfs);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return vfs;
}

/* No driver has this name: nobody takes again what was let go of. */
static void simpci_host_release_driver(void *data, async_cookie_t cookie)
{
	struct pci_dev *pdev = data;
	struct simpci_host *host =
		container_of(pdev->bus->sysdata, struct simpci_host, sysdata);

	vgpu_pci_override_driver(pdev, "(gone)");
	device_release_driver(&pdev->dev);
	pci_dev_put(pdev); /* pairs with pci_get_slot() */
	if (atomic_dec_and_test(&host->releasing))
		wake_up(&host->released);
}

/*
 * From @first on, all at the same time: each may have users that are waited for, which
 * is not as if this task hung.
 */
static void simpci_host_release_drivers(struct simpci_host *host,
					unsigned int first, unsigned int count)
{
	ASYNC_DOMAIN_EXCLUSIVE(domain);
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct pci_dev *pdev =
			pci_get_slot(host->bridge->bus, first + i);

		if (!pdev)
			continue;
		atomic_inc(&host->releasing);
		async_schedule_domain(simpci_host_release_driver, pdev,
				      &domain);
	}
	wait_event_idle(host->released, !atomic_read(&host->releasing));
	async_synchronize_full_domain(&domain);
}

/* With the locks that the PCI core has here, in its order (sriov_numvfs_store()). */
static void simpci_host_disable_vfs(struct simpci_host *host)
{
	struct pci_dev *gpu = pci_get_slot(host->bridge->bus, GPU_DEVFN);

	if (!gpu)
		return;
	device_lock(&gpu->dev);
	pci_lock_rescan_remove();
	if (pci_num_vf(gpu))
		pci_disable_sriov(gpu);
	pci_unlock_rescan_remove();
	device_unlock(&gpu->dev);
	pci_dev_put(gpu); /* pairs with pci_get_slot() */
}

/*
 * A driver may wait for users of its GPU. Let it wait here, not under the
 * rescan lock, which stalls all of PCI.
 */
static void simpci_host_drain(struct simpci_host *host)
{
	simpci_host_release_drivers(host, SIMPCI_VF_DEVFN,
				    simpci_host_vfs(host));
	simpci_host_disable_vfs(host);
	simpci_host_release_drivers(host, GPU_DEVFN, 1);
}

static int is_device(struct device *device, void *unused)
{
	return 1;
}

bool simpci_host_busy(struct simpci_host *host)
{
	struct pci_dev *gpu;
	bool busy;

	if (simpci_host_vfs(host))
		return true;
	gpu = pci_get_slot(host->bridge->bus, GPU_DEVFN);
	if (!gpu)
		return false; /* it was removed by hand */
	busy = device_for_each_child(&gpu->dev, NULL, is_device);
	pci_dev_put(gpu); /* pairs with pci_get_slot() */
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
	init_waitqueue_head(&host->released);
	host->spec = *spec;
	simpci_gpu_init(&host->config, spec);
	if (*spec->name)
		simpci_vpd_init(&host->vpd, spec->name);

	/* One bus, 0. */
	host->busn.name = "vgpu-simpci";
	host->busn.flags = IORESOURCE_BUS;
	pci_add_resource(&bridge->windows, &host->busn);
	pci_add_resource(&bridge->windows, &host->window);
	bridge->sysdata = &host->sysdata;
	bridge->ops = &simpci_host_ops;
	return host;
}

static int simpci_host_alloc_vfs(struct simpci_host *host)
{
	unsigned int i;

	if (!host->spec.vfs)
		return 0;
	host->vfs = kvcalloc(host->spec.vfs, sizeof(*host->vfs), GFP_KERNEL);
	if (!host->vfs)
		return -ENOMEM;
	for (i = 0; i < host->spec.vfs; i++)
		simpci_vf_init(&host->vfs[i], &host->spec);
	return 0;
}

struct simpci_host *simpci_host_create(struct device *parent,
				       const struct simpci_spec *spec)
{
	struct simpci_host *host;
	int err;

	host = simpci_host_alloc(parent, spec);
	if (!host)
		return ERR_PTR(-ENOMEM);
	err = simpci_host_alloc_vfs(host);
	if (err)
		goto free_bridge;
	err = simpci_host_claim_window(host);
	if (err)
		goto free_vfs;
	err = simpci_host_plug(host);
	if (err)
		goto release_window;
	return host;

release_window:
	release_resource(&host->window);
free_vfs:
	kvfree(host->vfs);
free_bridge:
	pci_free_host_bridge(host->bridge);
	return ERR_PTR(err);
}

void simpci_host_destroy(struct simpci_host *host)
{
	simpci_host_drain(host);
	simpci_host_unplug(host);
	release_resource(&host->window);
	kvfree(host->vfs);
	pci_free_host_bridge(host->bridge); /* and host with it, at the last reference */
}
