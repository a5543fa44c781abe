/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench: what operations on a vGPU cost, beside the kernel's sample drivers and
 * beside the least that the same system calls can cost. Links nothing but libc.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What of a device's video memory is mapped: the smallest that a sample has. */
#define BENCH_MAP_SIZE (2u << 20)

/** struct bench_vgpu: descriptors of an open vGPU; -1 where closed */
struct bench_vgpu {
    int container;
    int group;
    int fd;
};

/** bench_vgpu_open: opens mdev @uuid; says what fails, after which it is to be closed too */
bool bench_vgpu_open(struct bench_vgpu *vgpu, const char *uuid);
void bench_vgpu_close(struct bench_vgpu *vgpu);

/** bench_vgpu_region: where a region begins in the device's file; 0 if there is none */
off_t bench_vgpu_region(const struct bench_vgpu *vgpu, int index);

/** bench_vgpu_enable_memory: lets BARs answer */
bool bench_vgpu_enable_memory(const struct bench_vgpu *vgpu);

/** bench_vgpu_set_msi: ties MSI vector 0 to an eventfd */
bool bench_vgpu_set_msi(const struct bench_vgpu *vgpu, int event);

/** struct bench_access: a register that one write or read reaches */
struct bench_access {
    int region; /* -1: there is none */
    uint64_t offset;
    unsigned size;
    uint32_t value;
};

/**
 * struct bench_driver: an mdev driver, and where its devices have what is measured
 * @number: the fourth group of its vGPUs' uuids
 * @most: how many vGPUs it can have
 * @vram: the region that maps, -1 for none
 * @interrupt: the write that makes a device raise MSI vector 0
 */
struct bench_driver {
    const char *name;
    unsigned number;
    const char *parent;
    const char *type;
    unsigned most;
    int vram;
    struct bench_access read;
    struct bench_access write;
    struct bench_access interrupt;
};

/** bench_drivers: ours first; ends with a NULL name */
extern const struct bench_driver bench_drivers[];

/** bench_driver_present: whether its parent offers the type */
bool bench_driver_present(const struct bench_driver *driver);

/** bench_driver_create: makes its vGPU @index through sysfs; says what fails */
bool bench_driver_create(const struct bench_driver *driver, unsigned index);

/** bench_driver_remove: the opposite */
bool bench_driver_remove(const struct bench_driver *driver, unsigned index);

/** bench_driver_uuid: the name of vGPU @index, in a static buffer */
const char *bench_driver_uuid(const struct bench_driver *driver, unsigned index);

/**
 * struct bench_subject: what operations are measured on
 *
 * An open vGPU, or, with no @driver, the files and memory that are the limit. A
 * descriptor is -1 and @map NULL where the subject has no such thing.
 */
struct bench_subject {
    const char *name;
    const struct bench_driver *driver;
    bool huge; /* a limit's memory is of huge pages */
    unsigned alive;
    struct bench_vgpu vgpu;
    int config, file; /* to read configuration space; to access registers */
    off_t config_at, read_at, write_at, interrupt_at;
    int event, event_read; /* what an interrupt signals; where that is read */
    uint8_t *area;         /* address space, twice BENCH_MAP_SIZE */
    uint64_t *map;
};

/** bench_subject_open: opens everything but the mapping */
bool bench_subject_open(struct bench_subject *subject);
void bench_subject_close(struct bench_subject *subject);

/** bench_subject_map: maps its memory, aligned to its size, untouched */
bool bench_subject_map(struct bench_subject *subject);

/**
 * struct bench_measure: one operation
 * @closed: is measured with the subject closed
 * @offers: whether the subject has the operation
 * @prepare: what is done before it, not measured; may be NULL
 * @run: does it @count times; false if it failed, which is said on stderr
 * @count: how often in a sample
 * @scale: of the nanoseconds of one operation, to @unit; 0: bytes of the map a second
 */
struct bench_measure {
    const char *name;
    const char *unit;
    bool closed;
    bool (*offers)(const struct bench_subject *subject);
    bool (*prepare)(struct bench_subject *subject);
    bool (*run)(struct bench_subject *subject, unsigned count);
    unsigned count;
    double scale;
};

/** bench_measures: in the order they are run; ends with a NULL name */
extern const struct bench_measure bench_measures[];

/** bench_measure_run: one sample, in the measure's unit; negative if it failed */
double bench_measure_run(const struct bench_measure *measure, struct bench_subject *subject);

/**
 * struct bench_memory: what the kernel's memory is used for, in bytes
 * @available: what is left: free memory and what could be had
 * @kernel: slabs, per-CPU memory, vmalloc
 */
struct bench_memory {
    double available;
    double kernel;
};

/** bench_memory_read: after caches are dropped and freed objects are back */
struct bench_memory bench_memory_read(void);

#define BENCH_MAX_LEVELS 16

/**
 * struct bench_options: what a benchmark is asked for
 * @least: what a level may not be below; the others are what was asked for
 * @levels: how many vGPUs are alive, for each run over all
 * @only: a word in the name of what is measured; NULL for all
 * @path: of the results; NULL for standard output
 */
struct bench_options {
    unsigned rounds;
    unsigned least;
    unsigned levels[BENCH_MAX_LEVELS];
    unsigned level_count;
    const char *only;
    const char *path;
};

/** bench_options_read: what is not given stays as it is; false if it can't be understood */
bool bench_options_read(struct bench_options *options, int argc, char **argv);

/** bench_store_add: keeps a sample */
bool bench_store_add(const char *measure, const char *unit, const char *subject, unsigned alive,
                     double value);

/**
 * bench_store_write: all samples as JSON to the file of the options, or standard output
 *
 * Beside the samples it has the kernel, the processors, the rounds, and what @more
 * adds: members of an object with a comma after each, or "".
 */
bool bench_store_write(const struct bench_options *options, const char *more);

#endif
