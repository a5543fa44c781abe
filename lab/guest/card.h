/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test card, for those that draw it.
 */
#ifndef CARD_H
#define CARD_H

#include <stdint.h>

/* card_pixel: its colour at a place, 0xrrggbb; width and height are the card's. */
uint32_t card_pixel(long x, long y, long width, long height);

/* card_fail: says what could not be done with what, by errno; 1, to exit with. */
int card_fail(const char *what, const char *object);

/* The bochs display by its registers, with no driver. Each returns an exit status. */

/* dispi_mode: sets the mode "WIDTHxHEIGHTxBITS" with lines of "virtual" pixels. */
int dispi_mode(const char *device, const char *mode, const char *virtual_width);

/* dispi_paint: draws the card of the mode's size at a place in video memory; each colour
 * is xored with "mask", a hexadecimal number. */
int dispi_paint(const char *device, const char *x, const char *y, const char *mask);

/* dispi_pan: shows what is at a place in video memory. */
int dispi_pan(const char *device, const char *x, const char *y);

/* dispi_fills: for each line "NUMBER COLOUR" of standard input fills the screen of so
 * many-th of the devices, from 0, and says how many nanoseconds that took. */
int dispi_fills(char **devices, int count);

#endif
