// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus of the GPUs, and its files new_gpu and del_gpu.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bus.h"
#include "bus-const.h"
#include "host.h"
#include "pci-domain.h"
#include "spec.h"

/**
 * struct simpci_gpu - a GPU
 * @dev: it on the bus; under its PCI address
 * @spec: what it is; constant
 * @host: its host bridge while the driver below is bound, else an error
 * @node: in gpus, so that nobody else takes its domain; under gpus_lock
 * @there: it has come and does not go yet; under gpus_lock
 */
struct simpci_gpu {
	struct device dev;
	struct simpci_spec spec;
	struct simpci_host *host;
	struct list_head node;
	bool there;
};

static LIST_HEAD(gpus);			/* under gpus_lock */
/* Never held while a GPU comes or goes; over PCI's rescan lock. */
static DEFINE_MUTEX(gpus_lock);
static struct device *simpci_root;	/* parent of all, constant */

static struct simpci_gpu *to_gpu(struct device *dev)
{
	return container_of(dev, struct simpci_gpu, dev);
}

static int simpci_bus_probe(struct device *dev)
{
	struct simpci_gpu *gpu = to_gpu(dev);

	gpu->host = simpci_host_create(dev, &gpu->spec);
	return PTR_ERR_OR_ZERO(gpu->host);
}

static void simpci_bus_remove(struct device *dev)
{
	struct simpci_gpu *gpu = to_gpu(dev);

	simpci_host_destroy(gpu->host);
	gpu->host = ERR_PTR(-ENODEV);
}

static VGPU_BUS_CONST struct bus_type simpci_bus = {
	.name = "vgpu-simpci",
	.probe = simpci_bus_probe,
	.remove = simpci_bus_remove,
};

/*
 * It has the host bridges, so that the front end finds this module and holds it
 * while a vGPU exists.
 */
static struct device_driver simpci_driver = {
	.name = "vgpu-simpci",
	.owner = THIS_MODULE,
	.bus = &simpci_bus,
	.suppress_bind_attrs = true,
	.probe_type = PROBE_FORCE_SYNCHRONOUS,
};

static void simpci_gpu_release(struct device *dev)
{
	kfree(to_gpu(dev));
}

static bool simpci_domain_is_ours_locked(int domain)
{
	const struct simpci_gpu *gpu;

	lockdep_assert_held(&gpus_lock);
	list_for_each_entry(gpu, &gpus, node)
		if (gpu->spec.domain == domain)
			return true;
	return false;
}

/* The first free domain from @from on, or -errno. */
static int simpci_find_domain_locked(int from)
{
	int domain;

	pci_lock_rescan_remove();
	while ((domain = vgpu_pci_domain_get(from)) > 0 &&
	       simpci_domain_is_ours_locked(domain)) {
		vgpu_pci_domain_put(domain);
		from = domain + 1;
	}
	pci_unlock_rescan_remove();
	return domain;
}

/* Pairs with simpci_leave(). */
static int simpci_join(struct simpci_gpu *gpu)
{
	int wanted = gpu->spec.domain;
	int domain;

	mutex_lock(&gpus_lock);
	domain = simpci_find_domain_locked(wanted ? wanted : 1);
	if (wanted && domain != wanted) {
		pr_err("PCI domain %04x is taken\n", wanted);
		if (domain > 0)
			vgpu_pci_domain_put(domain);
		domain = -EEXIST;
	}
	if (domain < 0)
		goto unlock;
	gpu->spec.domain = domain;
	list_add_tail(&gpu->node, &gpus);
unlock:
	mutex_unlock(&gpus_lock);
	return domain < 0 ? domain : 0;
}

static void simpci_leave(struct simpci_gpu *gpu)
{
	mutex_lock(&gpus_lock);
	list_del(&gpu->node);
	mutex_unlock(&gpus_lock);
	vgpu_pci_domain_put(gpu->spec.domain);
}

/* Pairs with simpci_gpu_unplug(). */
static int simpci_gpu_plug(struct simpci_gpu *gpu)
{
	int err;

	err = dev_set_name(&gpu->dev, "%04x:00:00.0", gpu->spec.domain);
	if (!err)
		err = device_add(&gpu->dev);
	if (err)
		return err;
	/* The driver core keeps to itself why a driver could not be bound. */
	if (IS_ERR_OR_NULL(gpu->host)) {
		err = gpu->host ? PTR_ERR(gpu->host) : -ENODEV;
		device_del(&gpu->dev);
		return err;
	}
	mutex_lock(&gpus_lock);
	gpu->there = true;
	mutex_unlock(&gpus_lock);
	return 0;
}

/* It is not there() any more. */
static void simpci_gpu_unplug(struct simpci_gpu *gpu)
{
	device_del(&gpu->dev);
	simpci_leave(gpu);
	put_device(&gpu->dev);	/* pairs with device_initialize() */
}

static int simpci_check_node(int node)
{
	if (node == NUMA_NO_NODE)
		return 0;
	if (node >= 0 && node < MAX_NUMNODES && node_online(node))
		return 0;
	pr_err("numa_node=%d: no such node is online\n", node);
	return -EINVAL;
}

/*
 * A driver that a device is kept for gets it without a look at its ids, and most
 * know no device but those that they list. vgpu-soft does.
 */
static int simpci_driver_is_stranger(struct device_driver *driver, void *data)
{
	const struct pci_device_id *id = to_pci_driver(driver)->id_table;
	const struct simpci_spec *spec = data;

	if (strcmp(driver->name, spec->driver) || !id ||
	    !strcmp(module_name(driver->owner), "vgpu_soft"))
		return 0;
	for (; id->vendor || id->class_mask; id++)
		if ((id->vendor == (u32)PCI_ANY_ID ||
		     id->vendor == spec->vendor) &&
		    (id->device == (u32)PCI_ANY_ID ||
		     id->device == spec->device))
			return 0;
	return 1;
}

static int simpci_check_driver(const struct simpci_spec *spec)
{
	if (!bus_for_each_drv(&pci_bus_type, NULL, (void *)spec,
			      simpci_driver_is_stranger))
		return 0;
	pr_err("new_gpu: a driver \"%s\" is loaded that does not know %04x:%04x; unload it first\n",
	       spec->driver, spec->vendor, spec->device);
	return -EBUSY;
}

static struct simpci_gpu *simpci_gpu_alloc(const struct simpci_spec *spec)
{
	struct simpci_gpu *gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);

	if (!gpu)
		return NULL;
	gpu->spec = *spec;
	gpu->dev.bus = &simpci_bus;
	gpu->dev.parent = simpci_root;
	gpu->dev.release = simpci_gpu_release;
	device_initialize(&gpu->dev);
	return gpu;
}

int simpci_bus_new(const struct simpci_spec *spec)
{
	struct simpci_gpu *gpu;
	int err;

	err = simpci_check_node(spec->node);
	if (!err)
		err = simpci_check_driver(spec);
	if (err)
		return err;
	gpu = simpci_gpu_alloc(spec);
	if (!gpu)
		return -ENOMEM;
	err = simpci_join(gpu);
	if (err)
		goto put;
	err = simpci_gpu_plug(gpu);
	if (err) {
		pr_err("can't make a GPU in PCI domain %04x: %pe\n",
		       gpu->spec.domain, ERR_PTR(err));
		goto leave;
	}
	return 0;

leave:
	simpci_leave(gpu);
put:
	put_device(&gpu->dev);
	return err;
}

static ssize_t new_gpu_store(VGPU_BUS_CONST struct bus_type *bus,
			     const char *buf, size_t count)
{
	struct simpci_spec spec;
	const char *wrong, *why;
	char *text;
	int err = -EINVAL;

	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	why = simpci_spec_parse(&spec, text, &wrong);
	if (why)
		pr_err("new_gpu: \"%s\": %s\n", wrong, why);
	else
		err = simpci_bus_new(&spec);
	kfree(text);
	return err ? err : count;
}
static BUS_ATTR_WO(new_gpu);

/*
 * Takes the GPU called @name for us to remove: nobody else removes it then.
 * With @force also one that has vGPUs.
 */
static struct simpci_gpu *simpci_take_locked(const char *name, bool force)
{
	struct simpci_gpu *gpu;

	lockdep_assert_held(&gpus_lock);
	list_for_each_entry(gpu, &gpus, node) {
		if (!gpu->there || strcmp(dev_name(&gpu->dev), name))
			continue;
		if (!force && simpci_host_busy(gpu->host)) {
			pr_err("del_gpu: %s has vGPUs or virtual functions; remove them, or write \"%s force\", which asks their users to let go and ends those that do not\n",
			       name, name);
			return ERR_PTR(-EBUSY);
		}
		gpu->there = false;
		return gpu;
	}
	pr_err("del_gpu: \"%s\" is not in /sys/bus/vgpu-simpci/devices\n", name);
	return ERR_PTR(-ENODEV);
}

static int simpci_del(const char *name, bool force)
{
	struct simpci_gpu *gpu;

	mutex_lock(&gpus_lock);
	gpu = simpci_take_locked(name, force);
	mutex_unlock(&gpus_lock);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	simpci_gpu_unplug(gpu);
	return 0;
}

static ssize_t del_gpu_store(VGPU_BUS_CONST struct bus_type *bus,
			     const char *buf, size_t count)
{
	char *text, *name, *more;
	int err = -EINVAL;

	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	more = strim(text);
	name = strsep(&more, " ");
	if (more && strcmp(more, "force"))
		pr_err("del_gpu: \"%s\" is not known; the address of a GPU and \"force\" are\n",
		       more);
	else
		err = simpci_del(name, more);
	kfree(text);
	return err ? err : count;
}
static BUS_ATTR_WO(del_gpu);

static int simpci_create_files(void)
{
	int err;

	err = bus_create_file(&simpci_bus, &bus_attr_new_gpu);
	if (err)
		return err;
	err = bus_create_file(&simpci_bus, &bus_attr_del_gpu);
	if (err)
		bus_remove_file(&simpci_bus, &bus_attr_new_gpu);
	return err;
}

/* Waits for writes to them. */
static void simpci_remove_files(void)
{
	bus_remove_file(&simpci_bus, &bus_attr_new_gpu);
	bus_remove_file(&simpci_bus, &bus_attr_del_gpu);
}

int simpci_bus_init(void)
{
	int err;

	simpci_root = root_device_register("vgpu-simpci");
	if (IS_ERR(simpci_root))
		return PTR_ERR(simpci_root);
	err = bus_register(&simpci_bus);
	if (err)
		goto unregister_root;
	err = driver_register(&simpci_driver);
	if (err)
		goto unregister_bus;
	err = simpci_create_files();
	if (err)
		goto unregister_driver;
	return 0;

unregister_driver:
	driver_unregister(&simpci_driver);
unregister_bus:
	bus_unregister(&simpci_bus);
unregister_root:
	root_device_unregister(simpci_root);
	return err;
}

void simpci_bus_exit(void)
{
	struct simpci_gpu *gpu, *next;

	/* Nobody but us makes or removes a GPU after this, so no lock. */
	simpci_remove_files();
	list_for_each_entry_safe(gpu, next, &gpus, node)
		simpci_gpu_unplug(gpu);
	driver_unregister(&simpci_driver);
	bus_unregister(&simpci_bus);
	root_device_unregister(simpci_root);
}
