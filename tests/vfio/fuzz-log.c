/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random numbers of a thread, and a record of what it did last.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_SAID 20 /* messages, or a broken driver fills the disk */

static unsigned int mistakes;

/* splitmix64 */
uint64_t
pick(struct worker *w, uint64_t bound)
{
    uint64_t z = w->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return bound ? z % bound : z;
}

uint64_t
pick_odd(struct worker *w)
{
    switch (pick(w, 4)) {
    case 0:
        return pick(w, 0);
    case 1:
        return ((uint64_t)1 << pick(w, 64)) - pick(w, 3) + 1;
    default:
        return pick(w, 80);
    }
}

bool
chance(struct worker *w, unsigned int times)
{
    return !pick(w, times);
}

void
fuzz_note(struct worker *w, const char *what, uint64_t a, uint64_t b, uint64_t c)
{
    struct note *note = &w->notes[w->notes_made++ % FUZZ_NOTES];

    *note = (struct note){w->done, what, a, b, c, 0, 0, false};
}

long
fuzz_noted(struct worker *w, long result)
{
    struct note *note = &w->notes[(w->notes_made - 1) % FUZZ_NOTES];

    note->result = result;
    note->error = result < 0 ? errno : 0;
    note->done = true;
    return result;
}

void
fuzz_print_notes(const struct worker *w)
{
    unsigned long end = w->notes_made;
    unsigned long i = end > FUZZ_NOTES ? end - FUZZ_NOTES : 0;

    fprintf(stderr, "thread %u (%d), vGPU %s, the last calls:\n", w->number, w->tid,
            w->target->uuid);
    for (; i < end; i++) {
        const struct note *note = &w->notes[i % FUZZ_NOTES];

        fprintf(stderr, "  %lu %s(%#llx, %#llx, %#llx)", note->operation, note->what,
                (unsigned long long)note->a, (unsigned long long)note->b,
                (unsigned long long)note->c);
        if (!note->done)
            fprintf(stderr, " not done\n");
        else
            fprintf(stderr, " = %ld%s%s\n", note->result, note->error ? " " : "",
                    note->error ? strerrorname_np(note->error) : "");
    }
}

unsigned int
fuzz_mistakes(void)
{
    return __atomic_load_n(&mistakes, __ATOMIC_RELAXED);
}

void
fuzz_wrong(struct worker *w, const char *what, uint64_t a, uint64_t b)
{
    int error = errno;

    if (__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED) > MAX_SAID)
        return;
    flockfile(stderr);
    fprintf(stderr, "unexpected: thread %u, operation %lu: %s (%#llx, %#llx; %s)\n", w->number,
            w->done, what, (unsigned long long)a, (unsigned long long)b, strerror(error));
    fuzz_print_notes(w);
    funlockfile(stderr);
}

void
fuzz_judge(struct worker *w, const char *what, long result, const int *allowed)
{
    int error = errno;

    if (result >= 0)
        return;
    for (; *allowed; allowed++)
        if (error == *allowed)
            return;
    errno = error;
    fuzz_wrong(w, what, (uint64_t)error, 0);
}

long
fuzz_read(struct worker *w, void *buf, size_t count, off_t place)
{
    fuzz_note(w, "read", (uint64_t)place, count, (uint64_t)buf);
    return fuzz_noted(w, pread(w->target->dev.fd, buf, count, place));
}

long
fuzz_write(struct worker *w, const void *buf, size_t count, off_t place)
{
    uint64_t value = 0;

    if (count && count <= sizeof value)
        memcpy(&value, buf, count);
    fuzz_note(w, "write", (uint64_t)place, count, value);
    return fuzz_noted(w, pwrite(w->target->dev.fd, buf, count, place));
}

long
fuzz_ioctl(struct worker *w, const char *what, int fd, unsigned long request, void *argument,
           uint64_t a, uint64_t b)
{
    fuzz_note(w, what, (uint64_t)argument, a, b);
    return fuzz_noted(w, ioctl(fd, request, argument));
}
