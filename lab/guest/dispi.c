/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Modes that the stock driver does not set: 16 bits, panning, flipping. A device is its
 * folder in sysfs, and has no driver. Registers: QEMU's docs/specs/standard-vga.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "card.h"

#define REGISTERS 0x500 /* in BAR 2, 16 bits each */
#define BAR2_SIZE 0x1000

enum { XRES = 1, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET, MEMORY };

#define ENABLED 1

#define VGA 0x400 /* in BAR 2, ports from 0x3c0 on */
#define VGA_ATTRIBUTE (VGA + 0x00)
#define VGA_STATUS (VGA + 0x1a) /* after a read of it the attribute's index is next */
#define VGA_SHOW 0x20

/* Maps a BAR; NULL, and says so, if that can't be. */
static volatile void *map(const char *device, int bar, size_t size)
{
    char path[256];
    void *at = MAP_FAILED;
    int fd;

    snprintf(path, sizeof path, "%s/resource%d", device, bar);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (at != MAP_FAILED)
        return at;
    card_fail("map", path);
    return NULL;
}

static volatile uint16_t *registers(const char *device)
{
    volatile uint8_t *bar = map(device, 2, BAR2_SIZE);

    return bar ? (volatile uint16_t *)(bar + REGISTERS) : NULL;
}

/* The driver has blanked the screen before it let go. */
static void unblank(volatile uint8_t *bar)
{
    (void)bar[VGA_STATUS];
    bar[VGA_ATTRIBUTE] = VGA_SHOW;
}

int dispi_mode(const char *device, const char *mode, const char *virtual_width)
{
    volatile uint16_t *reg = registers(device);
    unsigned width, height, bits;

    if (!reg)
        return 1;
    unblank((volatile uint8_t *)reg - REGISTERS);
    if (sscanf(mode, "%ux%ux%u", &width, &height, &bits) != 3) {
        errno = EINVAL;
        return card_fail("set a mode", mode);
    }
    reg[ENABLE] = 0;
    reg[XRES] = (uint16_t)width;
    reg[YRES] = (uint16_t)height;
    reg[BPP] = (uint16_t)bits;
    reg[VIRT_WIDTH] = (uint16_t)atoi(virtual_width);
    reg[X_OFFSET] = 0;
    reg[Y_OFFSET] = 0;
    reg[ENABLE] = ENABLED;
    return 0;
}

static void put(volatile void *memory, size_t index, unsigned bits, uint32_t colour)
{
    if (bits == 16)
        ((volatile uint16_t *)memory)[index] =
            (uint16_t)(colour >> 8 & 0xf800) | (colour >> 5 & 0x07e0) | (colour >> 3 & 0x1f);
    else
        ((volatile uint32_t *)memory)[index] = colour;
}

int dispi_paint(const char *device, const char *x, const char *y, const char *mask)
{
    volatile uint16_t *reg = registers(device);
    volatile void *memory = reg ? map(device, 0, (size_t)reg[MEMORY] << 16) : NULL;
    uint32_t change = (uint32_t)strtoul(mask, NULL, 16);
    size_t line, at;

    if (!memory)
        return 1;
    line = reg[VIRT_WIDTH];
    at = (size_t)atoi(y) * line + (size_t)atoi(x);
    /* each read of a register leaves the guest */
    for (long row = 0, width = reg[XRES], height = reg[YRES], bits = reg[BPP]; row < height; row++) {
        for (long column = 0; column < width; column++)
            put(memory, at + (size_t)column, (unsigned)bits,
                card_pixel(column, row, width, height) ^ change);
        at += line;
    }
    return 0;
}

int dispi_pan(const char *device, const char *x, const char *y)
{
    volatile uint16_t *reg = registers(device);

    if (!reg)
        return 1;
    reg[X_OFFSET] = (uint16_t)atoi(x);
    reg[Y_OFFSET] = (uint16_t)atoi(y);
    return 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* All of the screen in a mode of 32 bits; how long it took, in nanoseconds. */
static uint64_t fill(volatile uint16_t *reg, volatile uint64_t *memory, uint32_t colour)
{
    size_t words = (size_t)reg[XRES] * reg[YRES] / 2;
    uint64_t pair = (uint64_t)colour << 32 | colour;
    uint64_t start = now_ns();

    for (size_t i = 0; i < words; i++)
        memory[i] = pair;
    return now_ns() - start;
}

#define MOST_FILLED 4

int dispi_fills(char **devices, int count)
{
    volatile uint16_t *reg[MOST_FILLED];
    volatile uint64_t *memory[MOST_FILLED];
    unsigned number, colour;
    char line[64];

    for (int i = 0; i < count && i < MOST_FILLED; i++) {
        reg[i] = registers(devices[i]);
        memory[i] = reg[i] ? map(devices[i], 0, (size_t)reg[i][MEMORY] << 16) : NULL;
        if (!memory[i])
            return 1;
    }
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%u %x", &number, &colour) == 2 &&
           number < (unsigned)count && number < MOST_FILLED) {
        printf("filled %llu\n", (unsigned long long)fill(reg[number], memory[number], colour));
        fflush(stdout);
    }
    return 0;
}
