/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vGPU's parameters, as an administrator writes them: "key=value,key=value".
 */
#ifndef SOFT_PARAMS_H
#define SOFT_PARAMS_H

#include "edid.h"
#include "keys.h"
#include "types.h"

/**
 * struct soft_params - the parameters of a vGPU
 * @width: of the monitor's preferred mode, pixels ("resolution")
 * @height: likewise
 * @edid: the monitor's EDID, in place of one made of @width and @height ("edid")
 * @edid_size: bytes of @edid, 0 for none
 * @placement: where its video memory is to be ("vgpu-placement-id"), or
 *	SOFT_ANY_PLACEMENT
 * @dmabuf: VMMs get its screen as dma-bufs ("display=dmabuf")
 * @hide_display: nobody on the host sees its screen ("disable_vnc")
 */
struct soft_params {
	u16 width;
	u16 height;
	u8 edid[SOFT_EDID_MOST];
	u16 edid_size;
	int placement;
	bool dmabuf;
	bool hide_display;
};

/**
 * soft_params_init() - the parameters of a vGPU that was given none
 * @params: what to fill
 * @type: the vGPU's type
 */
void soft_params_init(struct soft_params *params,
		      const struct soft_type *type);

/**
 * soft_params_parse() - read a text of parameters
 * @params: what to fill; what @text does not name gets its default. Untouched
 *	on an error
 * @type: the vGPU's type, which bounds the resolution
 * @text: "key=value[,key=value]" or ""
 * @error: filled on an error; points into @text
 *
 * Return: 0 or -EINVAL.
 */
int soft_params_parse(struct soft_params *params, const struct soft_type *type,
		      const char *text, struct soft_text_error *error);

#endif /* SOFT_PARAMS_H */
