/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations. A vGPU and the limit go through the same loop wherever the same
 * call serves both.
 */
#include "bench.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAP_WORDS  (BENCH_MAP_SIZE / sizeof(uint64_t))
#define PAGE_SIZE  4096
#define PAGE_WORDS (PAGE_SIZE / sizeof(uint64_t))

static bool
failed(const struct bench_subject *subject, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", subject->name, what, strerror(errno));
    return false;
}

static bool
offers_create(const struct bench_subject *subject)
{
    return subject->driver;
}

static bool
run_create(struct bench_subject *subject, unsigned count)
{
    /* One that is not there: those alive are 0 and on. */
    for (unsigned i = 0; i < count; i++)
        if (!bench_driver_create(subject->driver, subject->alive) ||
            !bench_driver_remove(subject->driver, subject->alive))
            return false;
    return true;
}

/* Group and container stay; the device's own file comes and goes. */
static bool
prepare_open(struct bench_subject *subject)
{
    close(subject->vgpu.fd);
    subject->vgpu.fd = -1;
    return true;
}

static bool
run_open(struct bench_subject *subject, unsigned count)
{
    const char *uuid = bench_driver_uuid(subject->driver, 0);

    for (unsigned i = 0; i < count; i++) {
        int fd = ioctl(subject->vgpu.group, VFIO_GROUP_GET_DEVICE_FD, uuid);

        if (fd < 0)
            return failed(subject, "VFIO_GROUP_GET_DEVICE_FD");
        close(fd);
    }
    return true;
}

static bool
offers_config(const struct bench_subject *subject)
{
    return subject->config >= 0;
}

static bool
run_config(struct bench_subject *subject, unsigned count)
{
    uint32_t value;

    for (unsigned i = 0; i < count; i++)
        if (pread(subject->config, &value, sizeof value, subject->config_at) != sizeof value)
            return failed(subject, "read of configuration space");
    return true;
}

static bool
offers_registers(const struct bench_subject *subject)
{
    return subject->file >= 0 && (!subject->driver || subject->driver->read.region >= 0);
}

static bool
run_read(struct bench_subject *subject, unsigned count)
{
    uint32_t value;

    for (unsigned i = 0; i < count; i++)
        if (pread(subject->file, &value, sizeof value, subject->read_at) != sizeof value)
            return failed(subject, "read of a register");
    return true;
}

static bool
run_write(struct bench_subject *subject, unsigned count)
{
    uint32_t value = subject->driver ? subject->driver->write.value : 0;

    for (unsigned i = 0; i < count; i++)
        if (pwrite(subject->file, &value, sizeof value, subject->write_at) != sizeof value)
            return failed(subject, "write of a register");
    return true;
}

static bool
offers_interrupt(const struct bench_subject *subject)
{
    return subject->event >= 0;
}

static bool
signal_limit(const struct bench_subject *subject)
{
    uint64_t one = 1;

    return write(subject->event, &one, sizeof one) == sizeof one;
}

static bool
signal_vgpu(const struct bench_subject *subject)
{
    const struct bench_access *interrupt = &subject->driver->interrupt;

    return pwrite(subject->file, &interrupt->value, interrupt->size, subject->interrupt_at) ==
           (ssize_t)interrupt->size;
}

static bool
run_interrupt(struct bench_subject *subject, unsigned count)
{
    uint64_t seen;

    for (unsigned i = 0; i < count; i++) {
        if (!(subject->driver ? signal_vgpu(subject) : signal_limit(subject)))
            return failed(subject, "raising an interrupt");
        if (read(subject->event_read, &seen, sizeof seen) != sizeof seen || seen != 1)
            return failed(subject, "the interrupt's eventfd");
    }
    return true;
}

static bool
offers_map(const struct bench_subject *subject)
{
    return !subject->driver || subject->driver->vram >= 0;
}

/* The first touch of each page; the mapping is made before, and not measured. */
static bool
run_touch(struct bench_subject *subject, unsigned count)
{
    volatile uint64_t *map = subject->map;

    for (unsigned i = 0; i < count; i++)
        map[i * PAGE_WORDS] = 0;
    return true;
}

/* Pages are touched before their bandwidth is measured. */
static bool
prepare_map(struct bench_subject *subject)
{
    return subject->map ||
           (bench_subject_map(subject) && run_touch(subject, BENCH_MAP_SIZE / PAGE_SIZE));
}

static bool
run_map_write(struct bench_subject *subject, unsigned count)
{
    volatile uint64_t *map = subject->map;

    for (unsigned sweep = 0; sweep < count; sweep++)
        for (size_t i = 0; i < MAP_WORDS; i += 4) {
            map[i] = sweep;
            map[i + 1] = sweep;
            map[i + 2] = sweep;
            map[i + 3] = sweep;
        }
    return true;
}

static bool
run_map_read(struct bench_subject *subject, unsigned count)
{
    const volatile uint64_t *map = subject->map;

    for (unsigned sweep = 0; sweep < count; sweep++)
        for (size_t i = 0; i < MAP_WORDS; i += 4) {
            (void)map[i];
            (void)map[i + 1];
            (void)map[i + 2];
            (void)map[i + 3];
        }
    return true;
}

const struct bench_measure bench_measures[] = {
    {"create and remove", "ms", true, offers_create, NULL, run_create, 1, 1e-6},
    {"open and close", "us", true, offers_create, prepare_open, run_open, 50, 1e-3},
    {"config read", "ns", false, offers_config, NULL, run_config, 1000, 1},
    {"register read", "ns", false, offers_registers, NULL, run_read, 1000, 1},
    {"register write", "ns", false, offers_registers, NULL, run_write, 1000, 1},
    {"interrupt", "ns", false, offers_interrupt, NULL, run_interrupt, 500, 1},
    {"first touch", "ns/page", false, offers_map, bench_subject_map, run_touch,
     BENCH_MAP_SIZE / PAGE_SIZE, 1},
    {"mapping write", "MB/s", false, offers_map, prepare_map, run_map_write, 4, 0},
    {"mapping read", "MB/s", false, offers_map, prepare_map, run_map_read, 4, 0},
    {.name = NULL},
};

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double
bench_measure_run(const struct bench_measure *measure, struct bench_subject *subject)
{
    double start, each;

    if (measure->prepare && !measure->prepare(subject))
        return -1;
    start = now();
    if (!measure->run(subject, measure->count))
        return -1;
    each = (now() - start) / measure->count;
    return measure->scale > 0 ? each * measure->scale : BENCH_MAP_SIZE / each * 1e3;
}
