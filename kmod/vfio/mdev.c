// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mdev transport: a GPU as an mdev parent, its types, and vGPUs as mdevs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/utsname.h>

#include "gpu.h"
#include "stats.h"
#include "vgpu.h"

/*
 * Weak, so that the loader accepts a kernel without mdev and vgpu_mdev_init() can
 * say in words what is missing; nothing of ours runs then.
 */
#pragma weak mdev_register_driver
#pragma weak mdev_unregister_driver
#pragma weak mdev_register_parent
#pragma weak mdev_unregister_parent

/**
 * struct vgpu_mdev_type - a type as mdev knows it
 * @type: mdev's part; its sysfs_name is the profile, its pretty_name is @name
 * @id: the RM's number
 * @name: the RM's name
 * @ktype: mdev's, of @type's kobject
 * @released: nobody looks at @type any more
 */
struct vgpu_mdev_type {
	struct mdev_type type;
	u32 id;
	char name[VGPU_TEXT_SIZE];
	const struct kobj_type *ktype;
	struct completion released;
};

/**
 * struct vgpu_mdev - the transport of one GPU; fixed while registered
 * @parent: mdev's part
 * @gpu: the GPU, which outlives this
 * @pointers: to @types, as mdev wants them
 * @types: as many as the GPU has
 */
struct vgpu_mdev {
	struct mdev_parent parent;
	struct vgpu_gpu *gpu;
	struct mdev_type *pointers[VGPU_MAX_TYPES];
	struct vgpu_mdev_type types[];
};

static struct vgpu_mdev *mdev_of_type(struct mdev_type *type)
{
	return container_of(type->parent, struct vgpu_mdev, parent);
}

static struct vgpu_mdev_type *mdev_type_of(struct mdev_type *type)
{
	return container_of(type, struct vgpu_mdev_type, type);
}

static int mdev_probe(struct mdev_device *device)
{
	struct vgpu_mdev *mdev = mdev_of_type(device->type);
	char text[UUID_STRING_LEN + 1];
	struct vgpu_vfio *vgpu;
	uuid_t uuid;
	int ret;

	/* mdev keeps a guid_t; the text has the same order for both. */
	snprintf(text, sizeof(text), "%pUl", &device->uuid);
	ret = uuid_parse(text, &uuid);
	if (ret)
		return ret;
	vgpu = vgpu_vfio_create(&device->dev, mdev->gpu,
				mdev_type_of(device->type)->id, &uuid);
	if (IS_ERR(vgpu))
		return PTR_ERR(vgpu);
	dev_set_drvdata(&device->dev, vgpu);
	ret = sysfs_create_group(&device->dev.kobj, &mdev->gpu->attrs.group);
	if (ret)
		vgpu_vfio_destroy(vgpu);
	return ret;
}

/* While the vGPU is open this waits in VFIO, which asks the user to let go. */
static void mdev_remove(struct mdev_device *device)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(&device->dev);

	sysfs_remove_group(&device->dev.kobj, &vgpu->gpu->attrs.group);
	vgpu_vfio_destroy(vgpu);
}

static unsigned int mdev_get_available(struct mdev_type *type)
{
	struct vgpu_gpu *gpu = mdev_of_type(type)->gpu;
	unsigned int instances = 0;

	if (gpu->manager->ops.get_instances(gpu->pdev, mdev_type_of(type)->id,
					    &instances))
		return 0;
	return instances;
}

static ssize_t mdev_show_description(struct mdev_type *type, char *buf)
{
	struct vgpu_gpu *gpu = mdev_of_type(type)->gpu;
	char text[VGPU_TEXT_SIZE];
	int ret;

	ret = gpu->manager->ops.get_description(gpu->pdev,
						mdev_type_of(type)->id,
						text, sizeof(text));
	return ret ? vgpu_rm_result(ret) : sysfs_emit(buf, "%s\n", text);
}

static const struct attribute_group *mdev_groups[] = {
	&vgpu_stats_group,
	NULL,
};

static struct mdev_driver mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.probe = mdev_probe,
	.remove = mdev_remove,
	.get_available = mdev_get_available,
	.show_description = mdev_show_description,
	.driver = {
		.name = "vgpu-vfio",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = mdev_groups,
	},
};

static int mdev_fill_types(struct vgpu_mdev *mdev)
{
	struct vgpu_gpu *gpu = mdev->gpu;
	unsigned int i;
	int ret;

	for (i = 0; i < gpu->type_count; i++) {
		struct vgpu_mdev_type *type = &mdev->types[i];

		type->id = gpu->types[i].id;
		ret = gpu->manager->ops.get_name(gpu->pdev, type->id,
						 type->name,
						 sizeof(type->name));
		if (ret)
			return vgpu_rm_result(ret);
		type->type.sysfs_name = gpu->types[i].profile;
		type->type.pretty_name = type->name;
		mdev->pointers[i] = &type->type;
	}
	return 0;
}

/**
 * vgpu_mdev_register() - make a GPU an mdev parent
 * @gpu: the GPU, with its types loaded and fixed until unregistered
 *
 * Sleeps; sends the uevent that user space restores definitions by.
 *
 * Return: the transport, to be given to vgpu_mdev_unregister(), or ERR_PTR.
 */
struct vgpu_mdev *vgpu_mdev_register(struct vgpu_gpu *gpu)
{
	struct vgpu_mdev *mdev;
	int ret;

	mdev = kzalloc(struct_size(mdev, types, gpu->type_count), GFP_KERNEL);
	if (!mdev)
		return ERR_PTR(-ENOMEM);
	mdev->gpu = gpu;
	ret = mdev_fill_types(mdev);
	if (!ret)
		ret = mdev_register_parent(&mdev->parent, &gpu->pdev->dev,
					   &mdev_driver, mdev->pointers,
					   gpu->type_count);
	if (!ret)
		return mdev;
	kfree(mdev);
	return ERR_PTR(ret);
}

static void mdev_type_release(struct kobject *kobj)
{
	struct mdev_type *base = container_of(kobj, struct mdev_type, kobj);
	struct vgpu_mdev_type *type = mdev_type_of(base);

	type->ktype->release(kobj);
	complete(&type->released);
}

static const struct kobj_type mdev_type_ktype = {
	.release = mdev_type_release,
};

/*
 * Waits until nobody but us refers to a type. Each mdev does, up to the end of its
 * release function, which looks into type and parent (mdev_device_release()); and
 * that runs late for one that is looked at, as by a write to its driver's unbind.
 * The type's own release function may run late too (DEBUG_KOBJECT_RELEASE).
 */
static void mdev_wait_type(struct vgpu_mdev_type *type)
{
	struct kobject *kobj = &type->type.kobj;

	while (kref_read(&kobj->kref) > 1)
		msleep(20);
	init_completion(&type->released);
	type->ktype = kobj->ktype;
	kobj->ktype = &mdev_type_ktype;
	kobject_put(kobj);	/* pairs with vgpu_mdev_unregister() */
	wait_for_completion(&type->released);
}

/**
 * vgpu_mdev_unregister() - undoes vgpu_mdev_register()
 * @mdev: the transport
 *
 * Removes every mdev of it, each after its users have let go.
 */
void vgpu_mdev_unregister(struct vgpu_mdev *mdev)
{
	unsigned int i, count = mdev->parent.nr_types;

	for (i = 0; i < count; i++)
		kobject_get(&mdev->pointers[i]->kobj);
	mdev_unregister_parent(&mdev->parent);
	for (i = 0; i < count; i++)
		mdev_wait_type(&mdev->types[i]);
	kfree(mdev);
}

/* Pairs with vgpu_mdev_exit(); the driver is one for all parents. */
int vgpu_mdev_init(void)
{
	if (!mdev_register_driver) {
		pr_err("kernel %s lacks the module mdev (CONFIG_VFIO_MDEV), or it is not loaded; use modprobe, and a kernel that has it: on Debian linux-image-amd64, not a cloud flavour\n",
		       init_utsname()->release);
		return -EOPNOTSUPP;
	}
	return mdev_register_driver(&mdev_driver);
}

void vgpu_mdev_exit(void)
{
	mdev_unregister_driver(&mdev_driver);
}
