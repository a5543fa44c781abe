/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a GPU looks like to those that configure it: as itself, or as a card of another
 * make, so that what was written for that works unchanged. Plain data.
 */
#ifndef SOFT_PERSONALITY_H
#define SOFT_PERSONALITY_H

#include <linux/types.h>

struct soft_type;

/**
 * struct soft_built_in - a type that a GPU has if nobody says others
 * @gpu_mib: only on GPUs of at least so much video memory
 * @id: its number
 * @framebuffer_mib: its video memory
 * @profile: its name in sysfs, after the driver's name
 * @name: its name for people
 * @max_width: widest screen, pixels
 * @max_height: highest screen, pixels
 */
struct soft_built_in {
	u32 gpu_mib;
	u32 id;
	u32 framebuffer_mib;
	const char *profile;
	const char *name;
	u16 max_width;
	u16 max_height;
};

/**
 * struct soft_personality - a make of GPU
 * @name: as the module parameter "personality" has it
 * @driver: name of the PCI driver, which type ids begin with
 * @framebuffer_mib: video memory of a GPU that says nothing of it; 0 for the
 *	module parameter's
 * @mixed: its GPUs begin in mixed-size mode, whatever the module parameter says
 * @live_params: a vGPU's parameters may change while it is open
 * @sriov: it makes vGPUs on virtual functions, if its GPUs have some
 * @group: folder of a vGPU's attributes
 * @params: in it, the vGPU's parameters
 * @describe: a type in words, as that make's driver says it; like snprintf()
 * @types: the types built in, by growing @gpu_mib
 * @type_count: how many
 */
struct soft_personality {
	const char *name;
	const char *driver;
	u32 framebuffer_mib;
	bool mixed;
	bool live_params;
	bool sriov;
	const char *group;
	const char *params;
	int (*describe)(char *buf, size_t size, const struct soft_type *type,
			unsigned int max_instance);
	const struct soft_built_in *types;
	unsigned int type_count;
};

/* All that there are; the first is the GPU's own. */
#define SOFT_PERSONALITY_COUNT	3
extern const struct soft_personality soft_personalities[SOFT_PERSONALITY_COUNT];

/**
 * soft_personality_of_driver() - which make a PCI driver's name stands for
 * @driver: the name, of a driver of ours
 */
const struct soft_personality *soft_personality_of_driver(const char *driver);

#endif /* SOFT_PERSONALITY_H */
