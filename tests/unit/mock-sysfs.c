/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-sysfs.c - a machine with GPUs in a temporary folder. All state is in files, so that
 * the kernel behaves alike in the test, in its children and in its thread.
 */
#include "mock-sysfs.h"

#include "mock-capacity.h"
#include "mock-vf.h"
#include "sysfs.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICES  "sys/devices/pci"
#define PARENTS  "sys/class/mdev_bus"
#define HANG_MS  3000
#define SERVE_MS 2

static int kernel_write(const char *path, const char *value, gpointer user_data);

static char *path_of(MockSysfs *mock, const char *format, ...) G_GNUC_PRINTF(2, 3);

static char *
path_of(MockSysfs *mock, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *file = g_strdup_vprintf(format, args);
    va_end(args);
    return g_build_filename(mock->path, file, NULL);
}

static void
make_folder_of(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0755) < 0)
        g_error("cannot make '%s'", folder);
}

static void
put(const char *path, const char *text)
{
    make_folder_of(path);
    if (!g_file_set_contents(path, text, -1, NULL))
        g_error("cannot write '%s'", path);
}

static void
put_link(const char *path, const char *target)
{
    make_folder_of(path);
    if (symlink(target, path) < 0)
        g_error("cannot link '%s'", path);
}

void
mock_sysfs_write(MockSysfs *mock, const char *file, const char *text)
{
    g_autofree char *path = path_of(mock, "%s", file);
    put(path, text);
}

void
mock_sysfs_add_file(MockSysfs *mock, const char *file, const char *text)
{
    gboolean read_only = g_str_has_suffix(file, " (r)");
    gboolean write_only = g_str_has_suffix(file, " (w)");
    gsize mark = read_only || write_only ? strlen(" (r)") : 0;
    g_autofree char *name = g_strndup(file, strlen(file) - mark);
    g_autofree char *path = path_of(mock, "%s", name);

    put(path, text);
    if (mark)
        g_assert_cmpint(chmod(path, read_only ? 0444 : 0200), ==, 0);
}

char *
mock_sysfs_read(MockSysfs *mock, const char *file)
{
    g_autofree char *path = path_of(mock, "%s", file);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static int
remove_entry(const char *path, const struct stat *st G_GNUC_UNUSED, int type G_GNUC_UNUSED,
             struct FTW *ftw G_GNUC_UNUSED)
{
    return remove(path);
}

static void
remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

MockSysfs *
mock_sysfs_new(void)
{
    static const char *const folders[] = {PARENTS,
                                          "sys/bus/mdev/devices",
                                          "sys/class/vfio",
                                          "etc/mdevctl.d",
                                          "run",
                                          "dev/vfio",
                                          "proc/1/fd",
                                          DEVICES};
    MockSysfs *mock = g_new0(MockSysfs, 1);
    mock->path = g_dir_make_tmp("openvgpu-test-XXXXXX", NULL);
    g_assert_nonnull(mock->path);
    mock->root = vgpu_root_new(mock->path);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = path_of(mock, "%s", folders[i]);
        g_assert_cmpint(g_mkdir_with_parents(path, 0755), ==, 0);
    }
    vgpu_sysfs_set_writer(kernel_write, mock);
    return mock;
}

void
mock_sysfs_free(MockSysfs *mock)
{
    if (!mock)
        return;
    if (mock->thread) {
        g_atomic_int_set(&mock->stop, 1);
        g_thread_join(mock->thread);
    }
    vgpu_sysfs_set_writer(NULL, NULL);
    remove_tree(mock->path);
    vgpu_root_free(mock->root);
    g_free(mock->path);
    g_free(mock);
}

void
mock_sysfs_add_parent(MockSysfs *mock, const char *name, const char *driver, int numa_node)
{
    g_autofree char *node = path_of(mock, DEVICES "/%s/numa_node", name);
    g_autofree char *entry = path_of(mock, PARENTS "/%s", name);
    g_autofree char *target = g_strdup_printf("../../devices/pci/%s", name);
    g_autofree char *types = path_of(mock, DEVICES "/%s/mdev_supported_types", name);
    g_autofree char *number = g_strdup_printf("%d\n", numa_node);

    put(node, number);
    put_link(entry, target);
    g_assert_cmpint(g_mkdir_with_parents(types, 0755), ==, 0);
    if (driver) {
        g_autofree char *link = path_of(mock, DEVICES "/%s/driver", name);
        g_autofree char *folder = g_strdup_printf("../../../bus/pci/drivers/%s", driver);
        put_link(link, folder);
    }
    if (g_strcmp0(driver, "vgpu") == 0) {
        g_autofree char *attributes = path_of(mock, "kernel/%s/attributes", name);
        put(attributes, "vgpu/params\nvgpu/vm_name\n");
    }
}

static void
set_type_file(MockSysfs *mock, const char *parent, const char *id, const char *file,
              const char *text)
{
    g_autofree char *path =
        path_of(mock, PARENTS "/%s/mdev_supported_types/%s/%s", parent, id, file);
    put(path, text);
}

static int
get_available(MockSysfs *mock, const char *parent, const char *id)
{
    g_autofree char *path =
        g_strdup_printf(PARENTS "/%s/mdev_supported_types/%s/available_instances", parent, id);
    g_autofree char *text = mock_sysfs_read(mock, path);
    return text ? atoi(text) : -1;
}

static void
set_available(MockSysfs *mock, const char *parent, const char *id, int available)
{
    g_autofree char *text = g_strdup_printf("%d\n", available);
    set_type_file(mock, parent, id, "available_instances", text);
}

void
mock_sysfs_add_type(MockSysfs *mock, const char *parent, const char *id, guint available,
                    guint framebuffer)
{
    const char *dash = strchr(id, '-');
    g_autofree char *name = g_strdup_printf("OpenVGPU %s\n", dash ? dash + 1 : id);
    g_autofree char *description = g_strdup_printf("num_heads=1, frl_config=60, framebuffer=%uM, "
                                                   "max_resolution=1920x1080, max_instance=%u\n",
                                                   framebuffer, available);
    set_type_file(mock, parent, id, "name", name);
    set_type_file(mock, parent, id, "description", description);
    set_type_file(mock, parent, id, "device_api", "vfio-pci\n");
    set_type_file(mock, parent, id, "create", "");
    set_available(mock, parent, id, (int)available);
}

void
mock_sysfs_add_gpu(MockSysfs *mock, const char *name)
{
    mock_sysfs_add_parent(mock, name, "vgpu", -1);
    mock_sysfs_add_type(mock, name, "vgpu-16m", 16, 16);
    mock_sysfs_add_type(mock, name, "vgpu-32m", 8, 32);
    mock_sysfs_add_type(mock, name, "vgpu-64m", 4, 64);
}

gboolean
mock_sysfs_has_mdev(MockSysfs *mock, const char *uuid)
{
    g_autofree char *path = path_of(mock, "sys/bus/mdev/devices/%s", uuid);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A group number that no vGPU has, whichever process asks. */
static guint
new_group(MockSysfs *mock)
{
    g_autofree char *folder = path_of(mock, "%s", "sys/class/vfio");

    g_mkdir_with_parents(folder, 0755);
    /* two processes may do this at the same time */
    for (guint group = 0;; group++) {
        g_autofree char *path = path_of(mock, "sys/class/vfio/%u", group);
        if (mkdir(path, 0755) == 0)
            return group;
        g_assert(errno == EEXIST);
    }
}

/* As the kernel's links are: relative, @target being a path below the machine's folder. */
static void
put_relative_link(MockSysfs *mock, const char *file, const char *target)
{
    g_autofree char *path = path_of(mock, "%s", file);
    g_autoptr(GString) up = g_string_new(NULL);

    for (const char *at = file; (at = strchr(at, '/')); at++)
        g_string_append(up, "../");
    g_string_append(up, target);
    put_link(path, up->str);
}

static void
add_group(MockSysfs *mock, const char *folder)
{
    guint group = new_group(mock);
    g_autofree char *link = g_build_filename(folder, "iommu_group", NULL);
    g_autofree char *target = g_strdup_printf("sys/kernel/iommu_groups/%u", group);
    g_autofree char *kernel = path_of(mock, "%s/type", target);
    g_autofree char *number = path_of(mock, "sys/class/vfio/%u/dev", group);
    g_autofree char *node = path_of(mock, "dev/vfio/%u", group);
    g_autofree char *text = g_strdup_printf("240:%u\n", group);

    put(kernel, "DMA\n");
    put(number, text);
    put(node, "");
    put_relative_link(mock, link, target);
}

static void
add_attributes(MockSysfs *mock, const char *parent, const char *folder)
{
    g_autofree char *list = g_strdup_printf("kernel/%s/attributes", parent);
    g_autofree char *text = mock_sysfs_read(mock, list);
    g_auto(GStrv) names = g_strsplit(text ? text : "", "\n", -1);

    for (guint i = 0; names[i]; i++) {
        g_autofree char *file = g_build_filename(folder, names[i], NULL);
        if (names[i][0])
            mock_sysfs_add_file(mock, file, "\n");
    }
}

/* Its folder below the machine's. */
static char *
parent_folder(MockSysfs *mock, const char *parent)
{
    g_autofree char *entry = path_of(mock, PARENTS "/%s", parent);
    char *real = realpath(entry, NULL), *top = realpath(mock->path, NULL);
    char *below = g_strdup(real + strlen(top) + 1);

    free(real);
    free(top);
    return below;
}

/* After one more or less of @type. */
static void
count_anew(MockSysfs *mock, const char *parent, const char *type, int change)
{
    g_autoptr(MockCapacity) capacity = mock_capacity_load(mock, parent);

    if (!capacity) {
        set_available(mock, parent, type, get_available(mock, parent, type) + change);
        return;
    }
    mock_capacity_take_mdevs(capacity, mock, parent);
    for (guint i = 0; i < capacity->types->len; i++) {
        const MockCapacityType *each = capacity->types->pdata[i];
        set_available(mock, parent, each->id, (int)mock_capacity_left(capacity, each));
    }
}

/* The one before it may be half gone yet, if another thread removes it. */
static void
wait_until_gone(MockSysfs *mock, const char *folder)
{
    g_autofree char *path = path_of(mock, "%s", folder);

    for (int i = 0; g_file_test(path, G_FILE_TEST_EXISTS) && i < HANG_MS; i++)
        g_usleep(1000);
}

int
mock_sysfs_add_mdev(MockSysfs *mock, const char *parent, const char *type, const char *uuid)
{
    int available = get_available(mock, parent, type);
    if (!vgpu_uuid_check(uuid, NULL))
        return EINVAL;
    if (mock_sysfs_has_mdev(mock, uuid))
        return EEXIST;
    if (available <= 0)
        return available < 0 ? ENOENT : EUSERS;

    g_autofree char *above = parent_folder(mock, parent);
    g_autofree char *folder = g_build_filename(above, uuid, NULL);
    g_autofree char *entry = g_strdup_printf("sys/bus/mdev/devices/%s", uuid);
    g_autofree char *remove_file = g_build_filename(folder, "remove", NULL);
    g_autofree char *type_link = path_of(mock, "%s/mdev_type", folder);
    g_autofree char *type_target = g_strdup_printf("../mdev_supported_types/%s", type);

    wait_until_gone(mock, folder);
    mock_sysfs_write(mock, remove_file, "");
    put_link(type_link, type_target);
    add_attributes(mock, parent, folder);
    add_group(mock, folder);
    put_relative_link(mock, entry, folder);
    count_anew(mock, parent, type, -1);
    return 0;
}

char *
mock_sysfs_get_attr(MockSysfs *mock, const char *uuid, const char *name)
{
    g_autofree char *file = g_strdup_printf("sys/bus/mdev/devices/%s/%s", uuid, name);
    return mock_sysfs_read(mock, file);
}

static char *
get_group(MockSysfs *mock, const char *uuid)
{
    g_autofree char *link = path_of(mock, "sys/bus/mdev/devices/%s/iommu_group", uuid);
    g_autofree char *target = g_file_read_link(link, NULL);
    return target ? g_path_get_basename(target) : NULL;
}

void
mock_sysfs_hold(MockSysfs *mock, const char *uuid, int pid)
{
    g_autofree char *group = get_group(mock, uuid);
    g_autofree char *held = path_of(mock, "dev/vfio/%s", group);
    g_autofree char *other = path_of(mock, "proc/%d/fd/0", pid);
    g_autofree char *link = path_of(mock, "proc/%d/fd/17", pid);
    put_link(other, "/dev/null");
    put_link(link, held);
}

void
mock_sysfs_let_go(MockSysfs *mock, int pid)
{
    g_autofree char *folder = path_of(mock, "proc/%d", pid);
    remove_tree(folder);
}

static char *
fault_path(MockSysfs *mock, const char *file)
{
    g_autofree char *flat = g_strdelimit(g_strdup(file), "/", '_');
    return path_of(mock, "fault/%s", flat);
}

void
mock_sysfs_fail(MockSysfs *mock, const char *file, int err)
{
    g_autofree char *path = fault_path(mock, file);
    g_autofree char *text = g_strdup_printf("%d", err);
    put(path, text);
}

static int
get_fault(MockSysfs *mock, const char *file)
{
    g_autofree char *path = fault_path(mock, file);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    if (atoi(text) != MOCK_HANG)
        return atoi(text);
    g_usleep(HANG_MS * 1000);
    return EIO;
}

void
mock_sysfs_define(MockSysfs *mock, const char *parent, const char *uuid, const char *json)
{
    g_autofree char *path = path_of(mock, "etc/mdevctl.d/%s/%s", parent, uuid);
    put(path, json);
}

static gboolean
is_held(MockSysfs *mock, const char *uuid)
{
    g_autofree char *group = get_group(mock, uuid);
    g_autofree char *held = path_of(mock, "dev/vfio/%s", group);
    g_autofree char *proc = path_of(mock, "proc");
    g_autoptr(GDir) dir = g_dir_open(proc, 0, NULL);
    const char *pid;
    while (dir && (pid = g_dir_read_name(dir))) {
        g_autofree char *link = g_build_filename(proc, pid, "fd", "17", NULL);
        g_autofree char *target = g_file_read_link(link, NULL);
        if (g_strcmp0(target, held) == 0)
            return TRUE;
    }
    return FALSE;
}

static int
kernel_remove(MockSysfs *mock, const char *uuid, const char *folder)
{
    /* as vfio does: until whoever has it open lets go */
    for (int i = 0; is_held(mock, uuid) && i < HANG_MS; i += SERVE_MS)
        g_usleep(SERVE_MS * 1000);
    g_autofree char *entry = path_of(mock, "sys/bus/mdev/devices/%s", uuid);
    g_autofree char *type_link = g_build_filename(folder, "mdev_type", NULL);
    g_autofree char *target = g_file_read_link(type_link, NULL);
    g_autofree char *group = get_group(mock, uuid);
    if (!target || is_held(mock, uuid))
        return target ? EBUSY : ENODEV;

    g_autofree char *type = g_path_get_basename(target);
    g_autofree char *parent_folder = g_path_get_dirname(folder);
    g_autofree char *parent = g_path_get_basename(parent_folder);
    g_autofree char *class_folder = path_of(mock, "sys/class/vfio/%s", group);
    g_autofree char *node = path_of(mock, "dev/vfio/%s", group);
    g_autofree char *gone = g_strconcat(folder, ".gone", NULL);
    g_autoptr(MockCapacity) shared = mock_capacity_load(mock, parent);
    if (!shared)
        count_anew(mock, parent, type, 1);
    /* in two steps, since who sees it gone may make another of that uuid at once */
    unlink(entry);
    if (rename(folder, gone) < 0)
        g_error("cannot rename '%s'", folder);
    remove_tree(gone);
    remove_tree(class_folder);
    unlink(node);
    if (shared)
        count_anew(mock, parent, type, 1);
    return 0;
}

static int
kernel_create(MockSysfs *mock, const char *path, const char *value)
{
    g_autofree char *type_folder = g_path_get_dirname(path);
    g_autofree char *types = g_path_get_dirname(type_folder);
    g_autofree char *parent_folder = g_path_get_dirname(types);
    g_autofree char *type = g_path_get_basename(type_folder);
    g_autofree char *parent = g_path_get_basename(parent_folder);
    return mock_sysfs_add_mdev(mock, parent, type, value);
}

static int
kernel_set(MockSysfs *mock, const char *path, const char *uuid, const char *value)
{
    if (is_held(mock, uuid))
        return EBUSY;
    /* not a new file: this one may be for writing only */
    FILE *file = fopen(path, "w");
    if (!file)
        return errno;
    fprintf(file, "%s\n", value);
    fclose(file);
    return 0;
}

/* What this process and its children wrote, in order. */
static void
note(MockSysfs *mock, const char *path, const char *value)
{
    g_autofree char *log = path_of(mock, "kernel/log");
    make_folder_of(log);
    FILE *file = fopen(log, "a");

    g_assert_nonnull(file);
    fprintf(file, "%s = %s\n", path + strlen(mock->path) + 1, value);
    fclose(file);
}

/* "<...>/sys/bus/mdev/devices/<uuid>/<file>" in parts; FALSE for any other path. */
static gboolean
split_mdev_path(const char *path, char **uuid, char **file)
{
    const char *marker = "sys/bus/mdev/devices/";
    const char *at = strstr(path, marker);
    const char *slash = at ? strchr(at + strlen(marker), '/') : NULL;
    if (!slash)
        return FALSE;
    *uuid = g_strndup(at + strlen(marker), slash - at - strlen(marker));
    *file = g_strdup(slash + 1);
    return TRUE;
}

static int
kernel_write(const char *path, const char *value, gpointer user_data)
{
    MockSysfs *mock = user_data;
    g_autofree char *uuid = NULL;
    g_autofree char *file = NULL;
    gboolean is_mdev = split_mdev_path(path, &uuid, &file);
    g_autofree char *last = g_path_get_basename(path);
    g_autofree char *own = is_mdev ? g_strdup_printf("%s/%s", uuid, file) : NULL;
    int err = get_fault(mock, is_mdev ? file : last);
    if (!err && own)
        err = get_fault(mock, own);
    if (err)
        return err;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return ENOENT;
    note(mock, path, value);
    if (strstr(path, "sys/bus/pci/devices/"))
        return mock_vf_write(mock, path, value);
    if (!is_mdev)
        return kernel_create(mock, path, value);
    if (strcmp(file, "remove") != 0)
        return kernel_set(mock, path, uuid, value);
    g_autofree char *entry = path_of(mock, "sys/bus/mdev/devices/%s", uuid);
    char *folder = realpath(entry, NULL);
    err = folder ? kernel_remove(mock, uuid, folder) : ENODEV;
    free(folder);
    return err;
}

int
mock_sysfs_kernel(MockSysfs *mock, const char *path, const char *value)
{
    return kernel_write(path, value, mock);
}

/* Takes what another process wrote to @path and acts on it. */
static void
serve_file(MockSysfs *mock, const char *path)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL) || text[0] == '\0')
        return;
    if (truncate(path, 0) == 0)
        kernel_write(path, g_strchomp(text), mock);
}

/* Serves <folder>/<entry>/<file> of each entry of a folder. */
static void
serve_folder(MockSysfs *mock, const char *folder, const char *file)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, file, NULL);
        serve_file(mock, path);
    }
}

static gpointer
serve_thread(gpointer user_data)
{
    MockSysfs *mock = user_data;
    g_autofree char *parents = path_of(mock, PARENTS);
    g_autofree char *mdevs = path_of(mock, "sys/bus/mdev/devices");
    while (!g_atomic_int_get(&mock->stop)) {
        g_autoptr(GDir) dir = g_dir_open(parents, 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *types = g_build_filename(parents, name, "mdev_supported_types", NULL);
            serve_folder(mock, types, "create");
        }
        serve_folder(mock, mdevs, "remove");
        mock_vf_refresh_all(mock);
        g_atomic_int_inc(&mock->rounds);
        g_usleep(SERVE_MS * 1000);
    }
    return NULL;
}

void
mock_sysfs_serve(MockSysfs *mock)
{
    mock->thread = g_thread_new("mock-kernel", serve_thread, mock);
}

void
mock_sysfs_settle(MockSysfs *mock)
{
    gint before = g_atomic_int_get(&mock->rounds);

    /* the round that is going on may have passed what was written */
    while (g_atomic_int_get(&mock->rounds) - before < 2)
        g_usleep(SERVE_MS * 1000);
}
