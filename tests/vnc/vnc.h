/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VNC client that holds what its server shows. What goes wrong ends the program.
 */
#ifndef VNC_VNC_H
#define VNC_VNC_H

#include <stdbool.h>
#include <stdint.h>

/** struct vnc: a connection, and what has come of the frame: 0xffRRGGBB, 0 where nothing has */
struct vnc {
    int fd;
    uint16_t width, height;
    uint32_t *pixels;
};

/** vnc_open: connects to a port of 127.0.0.1 and learns the size */
void vnc_open(struct vnc *vnc, uint16_t port);

/** vnc_request: asks for all of the screen, or, once there is something to say, its changes */
void vnc_request(const struct vnc *vnc, bool changes);

/** vnc_take_message: waits for the next message, and has what it says of the frame */
void vnc_take_message(struct vnc *vnc);

#endif
