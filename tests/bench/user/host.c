/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's GPUs, vGPUs and definitions, changed with as little as that takes, and our
 * callout's place.
 */
#include "user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_GPUS 64
#define PATIENCE 10000 /* milliseconds that a vGPU may take to come or go */

static char *gpus[MAX_GPUS];
static unsigned gpu_count;
static unsigned room;       /* of each GPU */
static const char *scripts; /* the folder below which our callout is */
static bool callout_away;

/* One of two static buffers; all paths are below $BENCH_ROOT, for tests of this program. */
static char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *
path_of(const char *format, ...)
{
    static char buffers[2][PATH_MAX];
    static unsigned turn;
    const char *root = getenv("BENCH_ROOT");
    char *path = buffers[turn++ % 2];
    int length = snprintf(path, PATH_MAX, "%s", root ? root : "");
    va_list args;

    va_start(args, format);
    vsnprintf(path + length, PATH_MAX - (size_t)length, format, args);
    va_end(args);
    return path;
}

static bool
complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

static bool
write_text(const char *path, const char *text, int flags)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return done;
}

static bool
is_gpu(const char *name)
{
    char target[PATH_MAX];
    ssize_t length =
        readlink(path_of("/sys/class/mdev_bus/%s/driver", name), target, sizeof target - 1);

    if (length < 0)
        return false;
    target[length] = '\0';
    return !strcmp(basename(target), "vgpu");
}

static unsigned
read_number(const char *path)
{
    FILE *file = fopen(path, "re");
    unsigned number = 0;

    if (file && fscanf(file, "%u", &number) != 1)
        number = 0;
    if (file)
        fclose(file);
    return number;
}

static bool
find_gpus(void)
{
    struct dirent **names;
    int count = scandir(path_of("/sys/class/mdev_bus"), &names, NULL, alphasort);

    for (int i = 0; i < count; i++)
        if (gpu_count < MAX_GPUS && is_gpu(names[i]->d_name))
            gpus[gpu_count++] = strdup(names[i]->d_name);
    if (!gpu_count) {
        fprintf(stderr, "there is no GPU of ours; load vgpu-simpci and vgpu-soft\n");
        return false;
    }
    room = read_number(path_of(
        "/sys/class/mdev_bus/%s/mdev_supported_types/" HOST_TYPE "/available_instances", gpus[0]));
    if (!room)
        fprintf(stderr, "GPU %s has no room for a " HOST_TYPE "\n", gpus[0]);
    return room;
}

static bool
is_dot(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

/* How many entries a folder has; 0 if it is not there. */
static unsigned
count_entries(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    while (folder && (entry = readdir(folder)))
        count += !is_dot(entry->d_name);
    if (folder)
        closedir(folder);
    return count;
}

/* What is there is somebody's, and would be measured too. */
static bool
check_empty(void)
{
    if (count_entries(path_of("/sys/bus/mdev/devices"))) {
        fprintf(stderr, "there are mediated devices; remove them first\n");
        return false;
    }
    for (unsigned i = 0; i < gpu_count; i++) {
        const char *path = path_of("/etc/mdevctl.d/%s", gpus[i]);

        if (count_entries(path)) {
            fprintf(stderr, "%s has definitions; undefine them first\n", path);
            return false;
        }
    }
    return true;
}

static bool
find_callout(void)
{
    static const char *const folders[] = {"/usr/lib/mdevctl/scripts.d", "/etc/mdevctl.d/scripts.d"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!access(path_of("%s/callouts/50-openvgpu", folders[i]), X_OK))
            scripts = folders[i];
    if (!scripts)
        fprintf(stderr, "our callout is not installed\n");
    return scripts;
}

bool
host_find(void)
{
    return find_gpus() && check_empty() && find_callout();
}

unsigned
host_gpus(void)
{
    return gpu_count;
}

unsigned
host_room(void)
{
    return gpu_count * room;
}

const char *
host_uuid(unsigned index)
{
    static char uuid[40];

    snprintf(uuid, sizeof uuid, "b1a5c0de-0071-4000-8000-%012x", index);
    return uuid;
}

const char *
host_parent(unsigned index)
{
    unsigned gpu = index / room;

    return gpus[gpu < gpu_count ? gpu : gpu_count - 1];
}

const char *
host_create_file(unsigned index)
{
    return path_of("/sys/class/mdev_bus/%s/mdev_supported_types/" HOST_TYPE "/create",
                   host_parent(index));
}

bool
host_has(const char *uuid)
{
    return !access(path_of("/sys/bus/mdev/devices/%s", uuid), F_OK);
}

/* The kernel answers when it is done, but what stands for it in a test need not. */
static bool
wait_for(bool (*is_so)(unsigned), unsigned count)
{
    for (unsigned i = 0; !is_so(count); i++) {
        if (i == PATIENCE)
            return false;
        usleep(1000);
    }
    return true;
}

static bool
counts(unsigned count)
{
    return count_entries(path_of("/sys/bus/mdev/devices")) == count;
}

bool
host_has_all(unsigned count)
{
    if (wait_for(counts, count))
        return true;
    fprintf(stderr, "there are %u vGPUs, not %u\n", count_entries(path_of("/sys/bus/mdev/devices")),
            count);
    return false;
}

bool
host_make(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!host_has(host_uuid(i)) && !write_text(host_create_file(i), host_uuid(i), 0))
            return complain(host_create_file(i));
    return host_has_all(count);
}

bool
host_remove_vgpu(const char *uuid)
{
    const char *path = path_of("/sys/bus/mdev/devices/%s/remove", uuid);

    return write_text(path, "1", 0) || complain(path);
}

bool
host_remove(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (host_has(host_uuid(i)) && !host_remove_vgpu(host_uuid(i)))
            return false;
    return host_has_all(0);
}

bool
host_define(unsigned count)
{
    static const char json[] = "{\n  \"mdev_type\": \"" HOST_TYPE "\",\n  \"start\": \"auto\",\n"
                               "  \"attrs\": []\n}\n";

    for (unsigned i = 0; i < count; i++) {
        const char *path;

        mkdir(path_of("/etc/mdevctl.d/%s", host_parent(i)), 0755);
        path = path_of("/etc/mdevctl.d/%s/%s", host_parent(i), host_uuid(i));
        if (!write_text(path, json, O_CREAT | O_TRUNC))
            return complain(path);
    }
    return true;
}

bool
host_undefine(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        unlink(path_of("/etc/mdevctl.d/%s/%s", host_parent(i), host_uuid(i)));
    for (unsigned i = 0; i < gpu_count; i++)
        rmdir(path_of("/etc/mdevctl.d/%s", gpus[i]));
    return true;
}

bool
host_set_attribute(unsigned count, bool set)
{
    for (unsigned i = 0; i < count; i += room) {
        const char *path = path_of("/sys/bus/mdev/devices/%s/vgpu/params", host_uuid(i));

        if (!write_text(path, set ? "resolution=800x600" : "\n", O_TRUNC))
            return complain(path);
    }
    return true;
}

bool
host_put_callout(bool there)
{
    static const char *const kinds[] = {"callouts", "notifiers"};

    if (callout_away == !there)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *place = path_of("%s/%s/50-openvgpu", scripts, kinds[i]);
        const char *away = path_of("%s/openvgpu-%s-away", scripts, kinds[i]);

        if (rename(there ? away : place, there ? place : away) < 0)
            return complain(place);
    }
    callout_away = !there;
    return true;
}
