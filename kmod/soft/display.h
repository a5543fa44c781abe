/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a display shows: from the dispi registers to a plane in video memory.
 */
#ifndef SOFT_DISPLAY_H
#define SOFT_DISPLAY_H

#include "bochs.h"

struct vgpu_plane;

/**
 * soft_display_plane() - the part of video memory that is on the screen
 * @bochs: the display; the caller holds its lock
 * @plane: what to fill; its width is 0 while nothing is shown, and that is also
 *	so for registers that would reach beyond video memory
 */
void soft_display_plane(const struct soft_bochs *bochs,
			struct vgpu_plane *plane);

#endif /* SOFT_DISPLAY_H */
