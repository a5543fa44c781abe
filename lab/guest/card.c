/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test card: draws it on a framebuffer, or writes it as a picture to compare
 * with. Also names the preferred mode of an EDID.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "card.h"

#define GRID 64   /* pixels between two lines of the grid */
#define MARK 32   /* side of the squares in the corners */
#define CHECK 16  /* side of a field of the chequers */

#define WHITE 0xffffffu

/* The card is told apart upside down, mirrored, shifted by a pixel, with
 * channels swapped, or with a wrong pitch: each corner has a colour of its own,
 * and every part depends on the place. */
static uint32_t corner(long x, long y, long width, long height)
{
    static const uint32_t colours[4] = { 0xff0000, 0x00ff00, 0x0000ff, 0xffff00 };
    int right = x >= width - MARK;
    int low = y >= height - MARK;

    if ((x >= MARK && !right) || (y >= MARK && !low))
        return 0;
    return colours[2 * low + right];
}

static int on_ring(long x, long y, long width, long height)
{
    long radius = (width < height ? width : height) * 3 / 8;
    long dx = x - width / 2;
    long dy = y - height / 2;
    long square = dx * dx + dy * dy;

    return square >= (radius - 2) * (radius - 2) && square <= (radius + 2) * (radius + 2);
}

static uint32_t ground(long x, long y, long width, long height)
{
    static const uint32_t bars[8] = { 0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
                                      0xff00ff, 0xff0000, 0x0000ff, 0x000000 };

    if (y < height * 2 / 3)
        return bars[x * 8 / width];
    if (y < height * 5 / 6)
        return (uint32_t)(x * 255 / (width - 1)) * 0x010101u;
    return (x / CHECK + y / CHECK) % 2 ? WHITE : 0;
}

uint32_t card_pixel(long x, long y, long width, long height)
{
    uint32_t colour = corner(x, y, width, height);

    if (x == 0 || y == 0 || x == width - 1 || y == height - 1)
        return WHITE;
    if (colour)
        return colour;
    if (on_ring(x, y, width, height))
        return WHITE;
    if (x % GRID == 0 || y % GRID == 0)
        return 0x404040;
    return ground(x, y, width, height);
}

int card_fail(const char *what, const char *object)
{
    fprintf(stderr, "card: cannot %s \"%s\": %s\n", what, object, strerror(errno));
    return 1;
}

/* In one write: the kernel takes the damage of a write of exactly one line for
 * empty (drm_fb_helper_memory_range_to_clip() in Linux 6.12). */
static int draw_frame(int fd, const struct fb_var_screeninfo *var, size_t pitch)
{
    size_t size = pitch * var->yres;
    char *frame = calloc(1, size);
    ssize_t written;

    if (!frame)
        return -1;
    for (uint32_t y = 0; y < var->yres; y++) {
        uint32_t *row = (uint32_t *)(frame + y * pitch);

        for (uint32_t x = 0; x < var->xres; x++)
            row[x] = card_pixel(x, y, var->xres, var->yres);
    }
    written = pwrite(fd, frame, size, (off_t)var->yoffset * (off_t)pitch);
    free(frame);
    return written == (ssize_t)size ? 0 : -1;
}

/* Draws on the 32-bit framebuffer device at path and prints its size. */
static int draw(const char *path)
{
    struct fb_var_screeninfo var;
    struct fb_fix_screeninfo fix;
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return card_fail("open", path);
    if (ioctl(fd, FBIOGET_VSCREENINFO, &var) || ioctl(fd, FBIOGET_FSCREENINFO, &fix)) {
        close(fd);
        return card_fail("ask for the layout of", path);
    }
    if (var.bits_per_pixel != 32 || draw_frame(fd, &var, fix.line_length)) {
        close(fd);
        return card_fail("draw on", path);
    }
    fsync(fd); /* deferred writes reach the device */
    close(fd);
    printf("%ux%u\n", var.xres, var.yres);
    return 0;
}

/* What is left of a colour in 16 bits, and what QEMU makes of that. */
static uint32_t through_565(uint32_t colour)
{
    uint32_t red = colour >> 19 & 0x1f, green = colour >> 10 & 0x3f, blue = colour >> 3 & 0x1f;

    return (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2);
}

/* Writes the card of a size given as WIDTHxHEIGHTxBITS to standard output, as PPM; each
 * colour is xored with "mask", a hexadecimal number. */
static int picture(const char *size, const char *mask)
{
    unsigned width, height, bits = 32;
    uint32_t change = (uint32_t)strtoul(mask, NULL, 16);

    if (sscanf(size, "%ux%ux%u", &width, &height, &bits) < 2 || width < 2 || height < 2 ||
        width > 16384 || height > 16384) {
        errno = EINVAL;
        return card_fail("draw a card of size", size);
    }
    printf("P6\n%u %u\n255\n", width, height);
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++) {
            uint32_t colour = card_pixel(x, y, width, height) ^ change;

            if (bits == 16)
                colour = through_565(colour);
            putchar((int)(colour >> 16 & 0xff));
            putchar((int)(colour >> 8 & 0xff));
            putchar((int)(colour & 0xff));
        }
    }
    return ferror(stdout) || fflush(stdout) ? card_fail("write", "standard output") : 0;
}

/* Prints the size in the first detailed timing of an EDID (VESA E-EDID 1.4,
 * section 3.10.2): the preferred mode. */
static int preferred(const char *path)
{
    unsigned char edid[128];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(edid, 1, sizeof edid, file) : 0;

    if (file)
        fclose(file);
    if (size != sizeof edid)
        return card_fail("read an EDID from", path);
    printf("%dx%d\n", edid[56] | (edid[58] & 0xf0) << 4, edid[59] | (edid[61] & 0xf0) << 4);
    return 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";

    if (argc == 3 && !strcmp(verb, "draw"))
        return draw(argv[2]);
    if ((argc == 3 || argc == 4) && !strcmp(verb, "picture"))
        return picture(argv[2], argc == 4 ? argv[3] : "0");
    if (argc == 3 && !strcmp(verb, "preferred"))
        return preferred(argv[2]);
    if (argc == 5 && !strcmp(verb, "mode"))
        return dispi_mode(argv[2], argv[3], argv[4]);
    if (argc == 6 && !strcmp(verb, "paint"))
        return dispi_paint(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 5 && !strcmp(verb, "pan"))
        return dispi_pan(argv[2], argv[3], argv[4]);
    if (argc >= 3 && !strcmp(verb, "fills"))
        return dispi_fills(argv + 2, argc - 2);
    fputs("Usage: card draw FRAMEBUFFER | card picture WIDTHxHEIGHT[xBITS] [MASK] | card preferred EDID |\n"
          "       card mode DEVICE WIDTHxHEIGHTxBITS VIRTUAL-WIDTH | card paint DEVICE X Y MASK |\n"
          "       card pan DEVICE X Y | card fills DEVICE...\n",
          stderr);
    return 2;
}
