/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads that do random things to one vGPU of type vgpu-16m: reads, writes,
 * ioctls, mappings, interrupts, resets. Fails on any answer that should not be;
 * whoever runs it looks at the kernel's log as well.
 * Usage: stress [-s SEED] [-n OPERATIONS] [-t THREADS] UUID
 */
#define _GNU_SOURCE
#include "stress.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 16
#define STUCK       60 /* seconds without an operation done */
#define MAX_SAID    20 /* messages, or a broken driver fills the disk */

static const struct {
    void (*run)(struct worker *w);
    unsigned int weight;
} operations[] = {
    {op_read, 20},   {op_write, 20}, {op_config, 10}, {op_mode, 8},       {op_info, 6},
    {op_irq, 10},    {op_plane, 8},  {op_reset, 1},   {op_ioctl, 4},      {op_map, 16},
    {op_console, 8}, {op_fork, 1},   {op_dma, 4},     {op_descriptor, 2},
};

static unsigned int mistakes;

void
wrong(const char *what, uint64_t a, uint64_t b)
{
    int error = errno;

    if (__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED) <= MAX_SAID)
        fprintf(stderr, "unexpected: %s (%#llx, %#llx; %s)\n", what, (unsigned long long)a,
                (unsigned long long)b, strerror(error));
}

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

off_t
pick_place(struct worker *w)
{
    uint64_t region = pick(w, 16) ? pick(w, 11) : pick(w, 1 << 23);
    uint64_t offset = pick(w, 2) ? pick(w, 0x1100) : pick_odd(w) & ((1ull << 40) - 1);

    return (off_t)(region << 40 | offset);
}

static void
on_fault(int signal)
{
    static const char text[] = "unexpected: a fault where none may be\n";

    if (stress_may_fault)
        siglongjmp(stress_fault, signal);
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(4);
    _exit(3);
}

static void
run_one(struct worker *w)
{
    unsigned int i = 0, total = 0, draw;

    for (; i < sizeof operations / sizeof *operations; i++)
        total += operations[i].weight;
    draw = (unsigned int)pick(w, total);
    for (i = 0; draw >= operations[i].weight; i++)
        draw -= operations[i].weight;
    operations[i].run(w);
}

static void *
work(void *argument)
{
    struct worker *w = argument;

    while (w->operations-- && !__atomic_load_n(&mistakes, __ATOMIC_RELAXED)) {
        run_one(w);
        __atomic_add_fetch(&w->done, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static unsigned long
sum_done(struct worker *workers, unsigned int threads)
{
    unsigned long sum = 0;

    while (threads--)
        sum += __atomic_load_n(&workers[threads].done, __ATOMIC_RELAXED);
    return sum;
}

/* Waits for a thread; false if nobody gets on meanwhile. */
static bool
join_one(pthread_t thread, struct worker *workers, unsigned int threads)
{
    for (;;) {
        unsigned long before = sum_done(workers, threads);
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += STUCK;
        if (!pthread_timedjoin_np(thread, NULL, &until))
            return true;
        if (sum_done(workers, threads) == before)
            return false;
    }
}

/* What must be so after all that: reset makes the device as new. */
static void
check_after(const struct device *dev)
{
    if (ioctl(dev->fd, VFIO_DEVICE_RESET) < 0)
        wrong("RESET at the end", 0, 0);
    if (device_config16(dev, 0) != 0x1234 || device_config16(dev, 4) != 0)
        wrong("config space after reset", device_config16(dev, 0), device_config16(dev, 4));
}

static bool
run(const struct device *dev, uint64_t seed, unsigned long count, unsigned int threads)
{
    struct worker workers[MAX_THREADS] = {0};
    pthread_t ids[MAX_THREADS];

    for (unsigned int i = 0; i < threads; i++) {
        workers[i] = (struct worker){dev, seed + i * 0x632be59bd9b4e019u, count / threads, 0};
        if (pthread_create(&ids[i], NULL, work, &workers[i]))
            return false;
    }
    for (unsigned int i = 0; i < threads; i++)
        if (!join_one(ids[i], workers, threads)) {
            wrong("all threads are stuck", sum_done(workers, threads), STUCK);
            return false;
        }
    check_after(dev);
    printf("seed %llu, %lu operations, %u threads: %u unexpected\n", (unsigned long long)seed,
           sum_done(workers, threads), threads, mistakes);
    return !mistakes;
}

int
main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
    unsigned long count = 100000;
    unsigned long threads = 4;
    struct device dev;
    bool good;
    int option;

    while ((option = getopt(argc, argv, "s:n:t:")) != -1)
        if (option == 's')
            seed = strtoull(optarg, NULL, 0);
        else if (option == 'n')
            count = strtoul(optarg, NULL, 0);
        else if (option == 't')
            threads = strtoul(optarg, NULL, 0);
        else
            return 2;
    if (optind != argc - 1 || threads < 1 || threads > MAX_THREADS) {
        fprintf(stderr, "usage: %s [-s SEED] [-n OPERATIONS] [-t THREADS] UUID\n", argv[0]);
        return 2;
    }
    printf("seed %llu, %lu operations to do\n", (unsigned long long)seed, count);
    fflush(stdout);
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
    if (!device_open(&dev, argv[optind]))
        return 2;
    good = run(&dev, seed, count, (unsigned int)threads);
    device_close(&dev);
    return good ? 0 : 1;
}
