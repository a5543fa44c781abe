/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * input.c - the domain's XML from standard input, read to its end, kept up to a
 * bound, and looked at on the way.
 */
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 65536u

int64_t
input_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool
wait_readable(int fd, int64_t until)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    int64_t left;
    int ready;

    do {
        left = until - input_now();
        ready = left > 0 ? poll(&poll_fd, 1, (int)(left / 1000) + 1) : 0;
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* Reads one block; -1 on an error or when time is up, 0 at the end. */
static ssize_t
read_block(int fd, char *block, int64_t until)
{
    ssize_t count;

    do {
        if (!wait_readable(fd, until))
            return -1;
        count = read(fd, block, BLOCK);
    } while (count < 0 && errno == EINTR);
    return count;
}

/* By hand, not by realloc(3), which would leave copies of passwords behind. */
static bool
grow(struct input *input, size_t *room)
{
    size_t larger = *room ? *room * 2 : BLOCK;
    char *text = malloc(larger + 1);

    if (!text)
        return false;
    if (input->text) {
        memcpy(text, input->text, input->length);
        explicit_bzero(input->text, input->length);
        free(input->text);
    }
    input->text = text;
    *room = larger;
    return true;
}

static bool
keep(struct input *input, size_t *room, const char *block, size_t length)
{
    if (input->length + length > INPUT_MAX)
        return false;
    while (input->length + length > *room) {
        if (!grow(input, room))
            return false;
    }
    memcpy(input->text + input->length, block, length);
    input->length += length;
    input->text[input->length] = '\0';
    return true;
}

void
input_read(struct input *input, int fd, int64_t until)
{
    char block[BLOCK];
    size_t room = 0, used = 0;
    ssize_t count;

    memset(input, 0, sizeof(*input));
    input->whole = true;
    while ((count = read_block(fd, block, until)) > 0) {
        used = (size_t)count > used ? (size_t)count : used;
        scan_feed(&input->scan, block, (size_t)count);
        input->whole = input->whole && keep(input, &room, block, (size_t)count);
    }
    input->whole = input->whole && count == 0;
    /* the rest of the block was never touched, and touching it would cost pages */
    explicit_bzero(block, used);
}

void
input_free(struct input *input)
{
    if (input->text)
        explicit_bzero(input->text, input->length);
    free(input->text);
    memset(input, 0, sizeof(*input));
}
