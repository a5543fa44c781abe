/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfio-failslab: does what a VMM does, step by step, and has the first, the second,
 * the third ... allocation of the step fail until it needs no more. After each
 * failure the step must succeed, so that nothing was left half done. Needs a kernel
 * with fault injection; see Documentation/fault-injection/fault-injection.rst.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kmod/test-rm/engine.h"

#define MOST 20000u /* allocations of a step, or it never ends */

static const char usage[] =
    "usage: vfio-failslab [--iommufd] [--only STEP] [--every N [--first N]] TYPE-FOLDER UUID\n"
    "TYPE-FOLDER is that of mdev_supported_types; the vGPU is made. --every has each N-th\n"
    "allocation fail, from --first on\n";

static const char *type_folder;
static struct target target;
static int fail_nth = -1;
static int nowhere, standard_error;
static int failures;
static unsigned int every = 1, first = 1;

struct step {
    const char *name;
    bool (*run)(void);
    void (*undo)(void);
    bool (*can)(void);
};

static void
complain(const char *step, unsigned int n, const char *what)
{
    failures++;
    printf("not ok - %s, allocation %u: %s (%s)\n", step, n, what, strerror(errno));
}

static bool
write_file(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX];
    bool good;
    int fd;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return good;
}

static bool
run_create(void)
{
    return write_file(type_folder, "create", target.uuid);
}

static bool
run_remove(void)
{
    char folder[128];

    snprintf(folder, sizeof folder, "/sys/bus/mdev/devices/%s", target.uuid);
    return write_file(folder, "remove", "1");
}

static void
undo_create(void)
{
    if (!run_remove())
        complain("remove", 0, "fails");
}

static void
undo_remove(void)
{
    if (!run_create())
        complain("create", 0, "fails");
}

/* The group may be in use for a moment after the last close: udev looks at it. */
static bool
run_open(void)
{
    return target_attach(&target);
}

static void
undo_open(void)
{
    device_close(&target.dev);
}

static bool
run_close(void)
{
    device_close(&target.dev);
    return true;
}

static void
undo_close(void)
{
    if (!target_attach(&target))
        complain("open", 0, "fails");
}

static bool
run_info(void)
{
    bool good = true;

    for (uint32_t i = 0; i < target.region_count; i++) {
        struct vfio_region_info *info = device_region(&target.dev, i);

        good &= info != NULL;
        free(info);
    }
    return good;
}

static void
undo_nothing(void)
{
}

static bool
run_config(void)
{
    uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

    return device_set_command(&target.dev, 0) && device_set_command(&target.dev, command) &&
           device_config16(&target.dev, PCI_COMMAND) == command;
}

static uint8_t *mapped;

#define MAPPED (64 * PAGE)

/* Each page is of new memory, where the vGPU was closed before. */
static bool
run_mmap(void)
{
    mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, target.dev.fd,
                  PLACE(&target, target.memory, 0));
    if (mapped == MAP_FAILED)
        return false;
    for (size_t at = 0; at < MAPPED; at += 16 * PAGE)
        if (!touch(mapped + at, true)) {
            munmap(mapped, MAPPED);
            return false;
        }
    return true;
}

static void
undo_mmap(void)
{
    munmap(mapped, MAPPED);
    device_close(&target.dev);
    undo_close();
    if (!run_config())
        complain("config", 0, "fails");
}

static bool
has_memory(void)
{
    return target.memory >= 0;
}

static bool
run_write(void)
{
    static uint8_t bytes[16 * PAGE];

    return device_write(&target.dev, (uint32_t)target.memory, 0x100000, bytes, sizeof bytes);
}

static void
undo_write(void)
{
    device_close(&target.dev);
    undo_close();
    if (!run_config())
        complain("config", 0, "fails");
}

static bool
set_irqs(uint32_t index, uint32_t action, uint32_t count)
{
    char buffer[sizeof(struct vfio_irq_set) + 64 * sizeof(int32_t)] = {0};
    struct vfio_irq_set *set = (void *)buffer;
    int32_t *fds = (void *)set->data;

    set->argsz = sizeof buffer;
    set->index = index;
    set->count = count < 64 ? count : 64;
    set->flags = action | (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
    for (uint32_t i = 0; i < set->count; i++)
        fds[i] = target.eventfds[i % FUZZ_EVENTFDS];
    return ioctl(target.dev.fd, VFIO_DEVICE_SET_IRQS, set) == 0;
}

/* Of INTx, MSI and MSI-X a VMM uses one at a time. */
static bool
run_irq(void)
{
    bool good = true;

    for (uint32_t index = 0; index < VFIO_PCI_NUM_IRQS; index++) {
        if (!target.irq_counts[index])
            continue;
        good &= set_irqs(index, VFIO_IRQ_SET_ACTION_TRIGGER, target.irq_counts[index]);
        if (index == VFIO_PCI_INTX_IRQ_INDEX)
            good &= set_irqs(index, VFIO_IRQ_SET_ACTION_UNMASK, 1);
        if (!set_irqs(index, VFIO_IRQ_SET_ACTION_TRIGGER, 0))
            complain("irq", 0, "interrupts do not turn off");
    }
    return good;
}

static bool
run_map(void)
{
    return device_map_dma(&target.dev, target.arena, 0, SLOT_SIZE);
}

static void
undo_map(void)
{
    if (!device_unmap_dma(&target.dev, 0, SLOT_SIZE))
        complain("map", 0, "does not unmap");
}

static int32_t
engine_run(uint32_t command)
{
    const uint32_t values[] = {0, 0, SLOT_SIZE, 0, command};
    int32_t result = -EIO;

    for (uint32_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!device_write(&target.dev, ENGINE_CONTROL_BAR, ENGINE_IOVA_LO + 4 * i, &values[i], 4))
            return -errno;
    device_read(&target.dev, ENGINE_CONTROL_BAR, ENGINE_RESULT, &result, 4);
    return result;
}

/* A pin that is told of an earlier unmap while it is made gives -EAGAIN, and is to be tried again.
 */
static bool
engine_command(uint32_t command, int32_t expected)
{
    int32_t result = engine_run(command);

    for (int tries = 0; result == -EAGAIN && tries < 1000; tries++) {
        usleep(1000);
        result = engine_run(command);
    }
    errno = result < 0 ? -result : 0;
    return result == expected;
}

/* Pins that got on half way are given back by the unmap that ends every try. */
static bool
run_dma(void)
{
    bool good = run_map();

    if (good)
        good = engine_command(ENGINE_CMD_READ, 0) && engine_command(ENGINE_CMD_WRITE, 0) &&
               engine_command(ENGINE_CMD_PIN, SLOT_SIZE / PAGE) &&
               engine_command(ENGINE_CMD_COPY, 0);
    if (!good)
        device_unmap_dma(&target.dev, 0, SLOT_SIZE);
    return good;
}

static bool
is_engine(void)
{
    return target.kind == FUZZ_ENGINE;
}

static bool
run_reset(void)
{
    return ioctl(target.dev.fd, VFIO_DEVICE_RESET) == 0;
}

static void
undo_reset(void)
{
    if (!run_config())
        complain("config", 0, "fails");
}

static bool
run_plane(void)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_REGION};

    return ioctl(target.dev.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) == 0;
}

static bool
has_console(void)
{
    return target.console >= 0;
}

/* A VMM that unplugs the monitor and plugs in one of the same EDID. */
static bool
run_edid(void)
{
    struct vfio_region_gfx_edid head;
    uint32_t index = (uint32_t)target.edid;
    uint32_t down = VFIO_DEVICE_GFX_LINK_STATE_DOWN, up = VFIO_DEVICE_GFX_LINK_STATE_UP;
    uint32_t link = offsetof(struct vfio_region_gfx_edid, link_state);
    uint8_t blob[128];

    return device_read(&target.dev, index, 0, &head, sizeof head) &&
           device_read(&target.dev, index, head.edid_offset, blob, sizeof blob) &&
           device_write(&target.dev, index, link, &down, 4) &&
           device_write(&target.dev, index, head.edid_offset, blob, sizeof blob) &&
           device_write(&target.dev, index, link, &up, 4);
}

static bool
has_edid(void)
{
    return target.edid >= 0;
}

/* In order: the first begin with no vGPU, the others with one that is open. */
static const struct step steps_absent[] = {{"create", run_create, undo_create, NULL},
                                           {NULL, NULL, NULL, NULL}};
static const struct step steps_made[] = {{"remove", run_remove, undo_remove, NULL},
                                         {"open and start", run_open, undo_open, NULL},
                                         {NULL, NULL, NULL, NULL}};
static const struct step steps_open[] = {
    {"close", run_close, undo_close, NULL},
    {"info", run_info, undo_nothing, NULL},
    {"config", run_config, undo_nothing, NULL},
    {"mmap", run_mmap, undo_mmap, has_memory},
    {"write", run_write, undo_write, has_memory},
    {"irq", run_irq, undo_nothing, NULL},
    {"map", run_map, undo_map, NULL},
    {"dma", run_dma, undo_map, is_engine},
    {"reset", run_reset, undo_reset, NULL},
    {"plane", run_plane, undo_nothing, has_console},
    {"edid", run_edid, undo_nothing, has_edid},
    {NULL, NULL, NULL, NULL},
};

/* Runs a step whose @n-th allocation fails; *@reached tells whether there is one. */
static bool
run_failing(const struct step *step, unsigned int n, bool *reached)
{
    char text[16] = "";
    bool good;

    snprintf(text, sizeof text, "%u", n);
    dup2(nowhere, STDERR_FILENO);
    if (pwrite(fail_nth, text, strlen(text), 0) < 0)
        complain(step->name, n, "fail-nth can't be written");
    good = step->run();
    memset(text, 0, sizeof text);
    if (pread(fail_nth, text, sizeof text - 1, 0) < 0)
        complain(step->name, n, "fail-nth can't be read");
    if (pwrite(fail_nth, "0", 1, 0) < 0)
        complain(step->name, n, "fail-nth can't be written");
    dup2(standard_error, STDERR_FILENO);
    *reached = atoi(text) == 0;
    return good;
}

static void
try_step(const struct step *step)
{
    unsigned int n, tried = 0, took = 0;
    bool reached = true;

    for (n = first; reached && n < MOST && failures < 10; n += every) {
        bool good = run_failing(step, n, &reached);

        tried += reached;
        if (good) {
            took += reached;
            step->undo();
            continue;
        }
        if (!reached)
            complain(step->name, n, "fails where no allocation did");
        if (step->run())
            step->undo();
        else
            complain(step->name, n, "fails again, after its allocation failed");
    }
    if (reached && !failures)
        complain(step->name, n, "has no end");
    printf("%s - %s: %u allocations failed, one at a time, of %u; it succeeded %u times\n",
           failures ? "not ok" : "ok", step->name, tried, n < every ? 0 : n - every, took);
    fflush(stdout);
}

static void
try_steps(const struct step *steps, const char *only)
{
    for (; steps->name; steps++)
        if ((!steps->can || steps->can()) && (!only || !strcmp(steps->name, only)))
            try_step(steps);
}

static void
on_fault(int signal)
{
    if (fuzz_may_fault)
        siglongjmp(fuzz_fault, signal);
    _exit(3);
}

static bool
run_all(const char *only)
{
    const char *uuid = target.uuid;

    try_steps(steps_absent, only);
    if (!run_create())
        return false;
    try_steps(steps_made, only);
    if (target_open(&target, uuid)) {
        run_config();
        try_steps(steps_open, only);
        target_close(&target);
    } else {
        complain("open", 0, "fails");
    }
    undo_create();
    return !failures;
}

int
main(int argc, char **argv)
{
    static const struct option names[] = {{"iommufd", no_argument, NULL, 'i'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"every", required_argument, NULL, 'e'},
                                          {"first", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    const char *only = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        if (option == 'i')
            device_use_iommufd();
        else if (option == 'o')
            only = optarg;
        else if (option == 'e')
            every = (unsigned int)atoi(optarg);
        else if (option == 'f')
            first = (unsigned int)atoi(optarg);
        else
            optind = argc;
    if (argc - optind != 2 || !every || !first) {
        fputs(usage, stderr);
        return 2;
    }
    type_folder = argv[optind];
    target.uuid = argv[optind + 1];
    fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    standard_error = dup(STDERR_FILENO);
    if (fail_nth < 0 || nowhere < 0 || standard_error < 0) {
        perror("/proc/thread-self/fail-nth");
        return 2;
    }
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
    return run_all(only) ? 0 : 1;
}
