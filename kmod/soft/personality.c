// SPDX-License-Identifier: GPL-2.0-only
/*
 * The makes of GPU. Pure data, compiled in user space as well by
 * tests/kmod/test-types.c.
 *
 * Facts: of NVIDIA's type ids and descriptions its vGPU software guide and the
 * sysfs of a Tesla P4; of Intel's, Linux's drivers/gpu/drm/i915/gvt/vgpu.c and
 * kvmgt.c.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "personality.h"
#include "types.h"

/*
 * The largest screen of each fits twice into its framebuffer: bochs-drm up to
 * Linux 6.12 refuses modes of more than half (drm_vram_helper_mode_valid()).
 */
static const struct soft_built_in native_types[] = {
	{ SOFT_LEAST_MIB, 1, 16, "16m", "OpenVGPU 16M", 1920, 1080 },
	{ 32, 2, 32, "32m", "OpenVGPU 32M", 2560, 1600 },
	{ 64, 3, 64, "64m", "OpenVGPU 64M", 3840, 2160 },
	{ 1024, 4, 128, "128m", "OpenVGPU 128M", 3840, 2160 },
	{ 1024, 5, 256, "256m", "OpenVGPU 256M", 7680, 4320 },
	{ 4096, 6, 512, "512m", "OpenVGPU 512M", 7680, 4320 },
	{ 4096, 7, 1024, "1024m", "OpenVGPU 1024M", 7680, 4320 },
};

static const struct soft_built_in nvidia_types[] = {
	{ 1024, 63, 1024, "63", "GRID P4-1Q", 3840, 2160 },
	{ 2048, 64, 2048, "64", "GRID P4-2Q", 3840, 2160 },
	{ 4096, 65, 4096, "65", "GRID P4-4Q", 3840, 2160 },
	{ 8192, 66, 8192, "66", "GRID P4-8Q", 3840, 2160 },
};

static const struct soft_built_in gvt_types[] = {
	{ 256, 8, 256, "GVTg_V5_8", "GVTg_V5_8", 1024, 768 },
	{ 512, 4, 512, "GVTg_V5_4", "GVTg_V5_4", 1920, 1200 },
	{ 1024, 2, 1024, "GVTg_V5_2", "GVTg_V5_2", 1920, 1200 },
	{ 2048, 1, 2048, "GVTg_V5_1", "GVTg_V5_1", 1920, 1200 },
};

static int describe_as_nvidia(char *buf, size_t size,
			      const struct soft_type *type,
			      unsigned int max_instance)
{
	return snprintf(buf, size,
			"num_heads=%u, frl_config=%u, framebuffer=%uM, max_resolution=%ux%u, max_instance=%u",
			type->heads, type->frame_rate, type->framebuffer_mib,
			type->max_width, type->max_height, max_instance);
}

static int describe_as_gvt(char *buf, size_t size, const struct soft_type *type,
			   unsigned int max_instance)
{
	u32 mib = type->framebuffer_mib;

	return snprintf(buf, size,
			"low_gm_size: %uMB\nhigh_gm_size: %uMB\nfence: 4\nresolution: %ux%u\nweight: %u",
			mib / 4, max(mib, 384U), type->max_width,
			type->max_height, mib / 128);
}

const struct soft_personality soft_personalities[SOFT_PERSONALITY_COUNT] = {
	{
		.name = "native",
		.driver = "vgpu",
		.live_params = true,
		.group = "vgpu",
		.params = "params",
		.describe = describe_as_nvidia,
		.types = native_types,
		.type_count = ARRAY_SIZE(native_types),
	}, {
		.name = "nvidia",
		.driver = "nvidia",
		.framebuffer_mib = 8192,
		.sriov = true,
		.group = "nvidia",
		.params = "vgpu_params",
		.describe = describe_as_nvidia,
		.types = nvidia_types,
		.type_count = ARRAY_SIZE(nvidia_types),
	}, {
		.name = "gvt",
		.driver = "i915",
		.framebuffer_mib = 2048,
		.mixed = true,
		.live_params = true,
		.group = "vgpu",
		.params = "params",
		.describe = describe_as_gvt,
		.types = gvt_types,
		.type_count = ARRAY_SIZE(gvt_types),
	},
};

const struct soft_personality *soft_personality_of_driver(const char *driver)
{
	unsigned int i;

	for (i = SOFT_PERSONALITY_COUNT - 1; i > 0; i--)
		if (!strcmp(soft_personalities[i].driver, driver))
			break;
	return &soft_personalities[i];
}
