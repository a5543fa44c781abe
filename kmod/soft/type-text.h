/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A type of vGPU as an administrator writes it.
 */
#ifndef SOFT_TYPE_TEXT_H
#define SOFT_TYPE_TEXT_H

#include "keys.h"
#include "types.h"

/**
 * soft_type_parse() - read a type
 * @type: what to fill; @type->id 0 where @text names none
 * @text: "PROFILE: key=value, ...", with the keys of a type's description behind the
 *	colon, and name, id and model besides; only framebuffer is needed
 * @error: filled on an error; points into @text
 *
 * Whether the type is possible says soft_types_add().
 *
 * Return: 0 or -EINVAL.
 */
int soft_type_parse(struct soft_type *type, const char *text,
		    struct soft_text_error *error);

#endif /* SOFT_TYPE_TEXT_H */
