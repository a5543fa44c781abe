/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What operations are measured on: a vGPU as a VMM opens it, or the files and the
 * memory with which the same calls cost least.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static bool
complain(const struct bench_subject *subject, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", subject->name, what, strerror(errno));
    return false;
}

static off_t
access_at(const struct bench_subject *subject, const struct bench_access *access)
{
    return bench_vgpu_region(&subject->vgpu, access->region) + (off_t)access->offset;
}

static bool
open_vgpu(struct bench_subject *subject)
{
    const struct bench_driver *driver = subject->driver;
    struct bench_vgpu *vgpu = &subject->vgpu;

    if (!bench_vgpu_open(vgpu, bench_driver_uuid(driver, 0)))
        return false;
    subject->config = vgpu->fd;
    subject->file = vgpu->fd;
    subject->config_at = bench_vgpu_region(vgpu, VFIO_PCI_CONFIG_REGION_INDEX);
    subject->read_at = access_at(subject, &driver->read);
    subject->write_at = access_at(subject, &driver->write);
    subject->interrupt_at = access_at(subject, &driver->interrupt);
    if (!bench_vgpu_enable_memory(vgpu))
        return false;
    if (driver->interrupt.region < 0)
        return true;
    subject->event = eventfd(0, EFD_CLOEXEC);
    subject->event_read = subject->event;
    return bench_vgpu_set_msi(vgpu, subject->event);
}

static bool
open_limit(struct bench_subject *subject)
{
    if (subject->huge)
        return true;
    subject->file = open("/dev/zero", O_RDWR | O_CLOEXEC);
    subject->config = subject->file;
    subject->event = eventfd(0, EFD_CLOEXEC);
    subject->event_read = dup(subject->event);
    return (subject->file >= 0 && subject->event_read >= 0) || complain(subject, "open");
}

bool
bench_subject_open(struct bench_subject *subject)
{
    subject->vgpu = (struct bench_vgpu){-1, -1, -1};
    subject->config = subject->file = -1;
    subject->event = subject->event_read = -1;
    subject->map = NULL;
    return subject->driver ? open_vgpu(subject) : open_limit(subject);
}

static void
close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
bench_subject_close(struct bench_subject *subject)
{
    if (subject->area)
        munmap(subject->area, 2 * (size_t)BENCH_MAP_SIZE);
    subject->area = NULL;
    subject->map = NULL;
    if (subject->event_read != subject->event)
        close_one(&subject->event_read);
    subject->event_read = -1;
    close_one(&subject->event);
    if (subject->driver)
        bench_vgpu_close(&subject->vgpu);
    else
        close_one(&subject->file);
    subject->config = subject->file = -1;
}

bool
bench_subject_map(struct bench_subject *subject)
{
    bool limit = !subject->driver;
    int flags = MAP_FIXED | (limit ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
    off_t start = limit ? 0 : bench_vgpu_region(&subject->vgpu, subject->driver->vram);
    uint8_t *area, *at;

    area = mmap(NULL, 2 * (size_t)BENCH_MAP_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        return complain(subject, "mmap");
    subject->area = area;
    at = area + (BENCH_MAP_SIZE - (uintptr_t)area % BENCH_MAP_SIZE) % BENCH_MAP_SIZE;
    if (mmap(at, BENCH_MAP_SIZE, PROT_READ | PROT_WRITE, flags, limit ? -1 : subject->vgpu.fd,
             start) == MAP_FAILED)
        return complain(subject, "mmap");
    if (limit)
        madvise(at, BENCH_MAP_SIZE, subject->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    subject->map = (uint64_t *)at;
    return true;
}
