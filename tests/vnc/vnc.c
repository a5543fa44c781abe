/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client of a VNC server on 127.0.0.1, as far as RFC 6143 is needed for that: no password,
 * 32 bits a pixel, raw rectangles.
 */
#include "vnc.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Numbers of RFC 6143. */
#define SECURITY_NONE         1
#define SET_PIXEL_FORMAT      0
#define SET_ENCODINGS         2
#define UPDATE_REQUEST        3
#define FRAMEBUFFER_UPDATE    0
#define BELL                  2
#define SERVER_CUT_TEXT       3
#define ENCODING_RAW          0
#define ENCODING_DESKTOP_SIZE (-223)

#define PATIENCE 30 /* seconds for any answer */

static void
get(const struct vnc *vnc, void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t count = read(vnc->fd, at, size);

        if (count <= 0)
            errx(1, "the server has gone, or is silent");
        at += count;
        size -= (size_t)count;
    }
}

static void
skip(const struct vnc *vnc, uint32_t size)
{
    char byte;

    while (size-- > 0)
        get(vnc, &byte, 1);
}

static uint8_t
get8(const struct vnc *vnc)
{
    uint8_t value;

    get(vnc, &value, sizeof value);
    return value;
}

static uint16_t
get16(const struct vnc *vnc)
{
    uint16_t value;

    get(vnc, &value, sizeof value);
    return ntohs(value);
}

static uint32_t
get32(const struct vnc *vnc)
{
    uint32_t value;

    get(vnc, &value, sizeof value);
    return ntohl(value);
}

static void
put(const struct vnc *vnc, const void *data, size_t size)
{
    if (write(vnc->fd, data, size) != (ssize_t)size)
        err(1, "cannot write to the server");
}

static void
dial(struct vnc *vnc, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = PATIENCE};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    vnc->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(vnc->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(vnc->fd, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "cannot connect to port %u", port);
}

/* Sections 7.1.1 to 7.1.3: version and security. */
static void
shake_hands(const struct vnc *vnc)
{
    static const uint8_t none = SECURITY_NONE;
    char version[12];
    bool open = false;

    get(vnc, version, sizeof version);
    if (memcmp(version, "RFB 003.008\n", sizeof version) != 0)
        errx(1, "the server speaks another version: %.11s", version);
    put(vnc, version, sizeof version);
    for (uint8_t types = get8(vnc); types > 0; types--)
        open |= get8(vnc) == SECURITY_NONE;
    if (!open)
        errx(1, "the server wants a password");
    put(vnc, &none, 1);
    if (get32(vnc) != 0)
        errx(1, "the server refuses");
}

static void
set_size(struct vnc *vnc, uint16_t width, uint16_t height)
{
    vnc->width = width;
    vnc->height = height;
    free(vnc->pixels);
    vnc->pixels = calloc((size_t)width * height + 1, sizeof *vnc->pixels);
    if (!vnc->pixels)
        err(1, "a frame of %ux%u", width, height);
}

/* Sections 7.3 and 7.5: size, pixels and encodings. */
static void
begin(struct vnc *vnc)
{
    /* 32 bits a pixel, depth 24, little endian, true colour; 255 at most; red at 16, green
     * at 8, blue at 0 */
    static const uint8_t format[20] = {
        SET_PIXEL_FORMAT, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0};
    const int32_t encodings[] = {htonl(ENCODING_RAW), htonl(ENCODING_DESKTOP_SIZE)};
    static const uint8_t count[4] = {SET_ENCODINGS, 0, 0, 2};
    static const uint8_t shared = 1;
    uint16_t width, height;

    put(vnc, &shared, 1);
    width = get16(vnc);
    height = get16(vnc);
    skip(vnc, 16); /* its own format */
    skip(vnc, get32(vnc));
    set_size(vnc, width, height);
    put(vnc, format, sizeof format);
    put(vnc, count, sizeof count);
    put(vnc, encodings, sizeof encodings);
}

void
vnc_request(const struct vnc *vnc, bool changes)
{
    uint8_t message[10] = {UPDATE_REQUEST, changes};
    uint16_t size[2] = {htons(vnc->width), htons(vnc->height)};

    memcpy(message + 6, size, sizeof size);
    put(vnc, message, sizeof message);
}

static void
take_raw(struct vnc *vnc, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
    if (x + width > vnc->width || y + height > vnc->height)
        errx(1, "the rectangle %ux%u at %u,%u is not on the screen", width, height, x, y);
    for (uint16_t row = 0; row < height; row++) {
        uint32_t *pixels = vnc->pixels + (size_t)(y + row) * vnc->width + x;

        get(vnc, pixels, width * sizeof *pixels);
        for (uint16_t i = 0; i < width; i++)
            pixels[i] |= 0xff000000;
    }
}

static void
take_rectangle(struct vnc *vnc)
{
    uint16_t x = get16(vnc), y = get16(vnc), width = get16(vnc), height = get16(vnc);
    int32_t encoding = (int32_t)get32(vnc);

    if (encoding == ENCODING_RAW) {
        take_raw(vnc, x, y, width, height);
    } else if (encoding == ENCODING_DESKTOP_SIZE) {
        set_size(vnc, width, height);
        vnc_request(vnc, false);
    } else {
        errx(1, "encoding %d was not asked for", encoding);
    }
}

/* Section 7.6. */
void
vnc_take_message(struct vnc *vnc)
{
    uint8_t type = get8(vnc);

    if (type == FRAMEBUFFER_UPDATE) {
        skip(vnc, 1);
        for (uint16_t count = get16(vnc); count > 0; count--)
            take_rectangle(vnc);
    } else if (type == SERVER_CUT_TEXT) {
        skip(vnc, 3);
        skip(vnc, get32(vnc));
    } else if (type != BELL) {
        errx(1, "message %u can't be understood", type);
    }
}

void
vnc_open(struct vnc *vnc, uint16_t port)
{
    memset(vnc, 0, sizeof *vnc);
    dial(vnc, port);
    shake_hands(vnc);
    begin(vnc);
}
