/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes one whole frame from a VNC server on 127.0.0.1 and writes it as PPM (P6).
 * Usage: vnc-frame PORT
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "vnc.h"

static bool
is_whole(const struct vnc *vnc)
{
    for (size_t i = 0; i < (size_t)vnc->width * vnc->height; i++)
        if (!vnc->pixels[i])
            return false;
    return true;
}

static void
write_picture(const struct vnc *vnc)
{
    printf("P6\n%u %u\n255\n", vnc->width, vnc->height);
    for (size_t i = 0; i < (size_t)vnc->width * vnc->height; i++) {
        putchar((int)(vnc->pixels[i] >> 16 & 0xff));
        putchar((int)(vnc->pixels[i] >> 8 & 0xff));
        putchar((int)(vnc->pixels[i] & 0xff));
    }
    if (fflush(stdout) != 0)
        err(1, "cannot write the picture");
}

int
main(int argc, char **argv)
{
    struct vnc vnc;
    int port = argc == 2 ? atoi(argv[1]) : 0;

    if (port <= 0 || port > UINT16_MAX)
        errx(2, "usage: vnc-frame PORT");
    vnc_open(&vnc, (uint16_t)port);
    vnc_request(&vnc, false);
    while (!is_whole(&vnc))
        vnc_take_message(&vnc);
    write_picture(&vnc);
    return 0;
}
