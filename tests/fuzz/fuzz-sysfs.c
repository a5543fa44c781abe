/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-sysfs.c - text of drivers in sysfs: whatever one file says, it is read as what it says or
 * not at all, and it costs no other GPU anything.
 *
 * The first byte of an input says which file of the table the rest is.
 */
#include "fuzz.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "error.h"
#include "mock-vf.h"
#include "numa.h"
#include "parent.h"
#include "provider.h"
#include "sysfs.h"
#include "type-choice.h"

#define SANE_GPU "0001:00:01.0"
#define TYPE     "vgpu-16m"
#define GPU      "sys/class/mdev_bus/" FUZZ_GPU "/"
#define TYPE_DIR GPU "mdev_supported_types/" TYPE "/"
#define PCI      "sys/bus/pci/devices/"
#define NODE     "sys/devices/system/node/node0/"

/* What a file means, if it can be read: @text is its text, less a newline at the end. */
typedef void (*CheckFunc)(const VgpuRoot *root, const char *text);

static void
put_link(const char *path, const char *target)
{
    if ((unlink(path) < 0 && errno != ENOENT) || symlink(target, path) < 0)
        g_error("cannot link '%s'", path);
}

static void
build_machine(MockSysfs *mock)
{
    mock_sysfs_add_gpu(mock, FUZZ_GPU);
    mock_sysfs_add_gpu(mock, SANE_GPU);
    mock_sysfs_add_mdev(mock, FUZZ_GPU, TYPE, FUZZ_VGPU);
    mock_vf_add(mock, 1);
    mock_sysfs_write(mock, NODE "cpulist", "0-3\n");
}

/*
 * g_ascii_string_to_signed() refuses a space before a number, but does not take a vertical tab for
 * one; what follows that is for strtoll() to skip.
 */
static const char *
skip_tabs(const char *text)
{
    return text[0] == '\v' ? text + strspn(text, " \t\n\v\f\r") : text;
}

/* By a different way than the library's: digits, at most one sign, and the value they have. */
static void
check_number(const char *number, gint64 value)
{
    g_autofree char *plain = g_strdup_printf("%" G_GINT64_FORMAT, value);
    const char *text = skip_tabs(number), *digits = text + strspn(text, "+-");

    g_assert_cmpuint(digits - text, <=, 1);
    g_assert_cmpuint(strspn(digits, "0123456789"), ==, strlen(digits));
    digits += strspn(digits, "0");
    g_assert_cmpint(text[0] == '-' && value, ==, value < 0);
    g_assert_cmpstr(value ? digits : "0", ==, value < 0 ? plain + 1 : plain);
}

static VgpuParent *
load(const VgpuRoot *root, const char *name)
{
    g_autoptr(GError) error = NULL;
    VgpuParent *parent = vgpu_parent_load(root, name, &error);

    g_assert_no_error(error);
    return parent;
}

static void
check_available(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuParent) parent = load(root, FUZZ_GPU);
    const VgpuType *type = vgpu_parent_find_type(parent, TYPE, NULL);

    g_assert_cmpuint(parent->problems->len, ==, type ? 0 : 1);
    if (type)
        check_number(text, type->available_instances);
}

static void
check_node(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuParent) parent = load(root, FUZZ_GPU);

    if (parent->numa_node != -1)
        check_number(text, parent->numa_node);
}

/* "2048M", "2048MB", "2G", "2GB" or "2048"; 0 for anything else, or none. */
static guint64
mib_of(const VgpuType *type, const char *key)
{
    g_autofree char *text = vgpu_type_get_key(type, key);
    gsize digits = text ? strspn(text, "0123456789") : 0;
    g_autofree char *unit = digits ? g_strdup(text + digits) : NULL;
    guint64 number = digits ? g_ascii_strtoull(text, NULL, 10) : 0;

    if (number > G_MAXUINT / 1024)
        return 0;
    if (g_strcmp0(unit, "G") == 0 || g_strcmp0(unit, "GB") == 0)
        return number * 1024;
    return g_strcmp0(unit, "") == 0 || g_strcmp0(unit, "M") == 0 || g_strcmp0(unit, "MB") == 0
               ? number
               : 0;
}

static void
check_memory(const VgpuType *type)
{
    guint64 one = mib_of(type, "framebuffer");
    guint64 two = mib_of(type, "low_gm_size") + mib_of(type, "high_gm_size");

    g_assert_cmpuint(type->framebuffer_mib, ==, one ? one : two > G_MAXUINT ? 0 : two);
}

/* "1920x1080" */
static void
check_size(const char *text, const VgpuType *type)
{
    g_auto(GStrv) parts = g_strsplit(text, "x", -1);

    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    check_number(parts[0], type->max_width);
    check_number(parts[1], type->max_height);
}

static void
check_description(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuParent) parent = load(root, FUZZ_GPU);
    const VgpuType *type = vgpu_parent_find_type(parent, TYPE, NULL);
    g_autofree char *most = vgpu_type_get_key(type, "max_resolution");
    g_autofree char *size = vgpu_type_get_key(type, "resolution");
    g_autofree char *instances = vgpu_type_get_key(type, "max_instance");

    g_assert_cmpstr(type->description, ==, text);
    if (type->max_width || type->max_height)
        check_size(most ? most : size, type);
    check_memory(type);
    if (type->max_instances)
        check_number(instances, type->max_instances);
}

/* A name that several types have is no name to choose by. */
static void
check_name(const VgpuRoot *root, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, &error);
    VgpuTypeWish wish = {.name = text};

    g_assert_no_error(error);
    const char *id = vgpu_type_choose(parents, FUZZ_GPU, &wish, &error);
    fuzz_check_outcome(id != NULL, error);
    g_assert_true(!id || g_str_equal(id, TYPE) || strstr(text, "OpenVGPU"));
    g_assert_true(id || error->code != VGPU_ERROR_NOT_FOUND);
}

static void
check_api(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuParent) parent = load(root, FUZZ_GPU);

    g_assert_cmpstr(vgpu_parent_find_type(parent, TYPE, NULL)->device_api, ==, text);
}

/* What the first line for that number says behind it; NULL if there is none. */
static char *
name_in_list(const char *text, guint64 number)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], ":", 2);
        const char *digits = parts[0] && parts[1] ? g_strstrip(parts[0]) : "";
        if (digits[0] && !digits[strspn(digits, "0123456789")] &&
            g_ascii_strtoull(digits, NULL, 10) == number)
            return g_strdup(g_strstrip(parts[1]));
    }
    return NULL;
}

/* A type that can be made has a line, and a function that it can be made on. */
static void
check_types(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuParent) parent = load(root, MOCK_PF);

    g_assert_cmpuint(parent->problems->len, ==, 0);
    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        g_autofree char *name =
            name_in_list(text, g_ascii_strtoull(type->id + strlen("nvidia-"), NULL, 10));
        g_autofree char *vf = vgpu_provider_nvidia_vf.pick(root, parent, type->id, NULL);
        g_assert_cmpuint(type->available_instances, >, 0);
        g_assert_cmpstr(type->name, ==, name);
        g_assert_cmpstr(vf, ==, MOCK_VF_1);
    }
}

static void
check_current(const VgpuRoot *root, const char *text)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, MOCK_VF_1, NULL);

    if (!device)
        return;
    g_assert_cmpstr(device->parent, ==, MOCK_PF);
    g_assert_true(g_str_has_prefix(device->type, "nvidia-"));
    check_number(text, g_ascii_strtoll(device->type + strlen("nvidia-"), NULL, 10));
}

static void
check_total(const VgpuRoot *root, const char *text)
{
    if (vgpu_device_has_parent(root, MOCK_PF, MOCK_VF_1))
        check_number(text, g_ascii_strtoll(text, NULL, 10));
}

/* Written in the shortest way it is the same set. */
static char *
write_set(const VgpuNumaSet *set)
{
    GString *text = g_string_new(NULL);

    for (int i = 0; i < VGPU_NUMA_MAX; i++) {
        int last = i;
        if (!vgpu_numa_set_has(set, i))
            continue;
        while (vgpu_numa_set_has(set, last + 1))
            last++;
        g_string_append_printf(text, text->len ? ",%d-%d" : "%d-%d", i, last);
        i = last;
    }
    return g_string_free(text, FALSE);
}

static guint
count_words(const char *text)
{
    guint words = 1;

    for (; (text = strchr(text, ',')); text++)
        words++;
    return words;
}

static void
check_set(const VgpuRoot *root G_GNUC_UNUSED, const char *text)
{
    VgpuNumaSet set = {0}, again = {0};
    static const VgpuNumaSet empty;

    if (!vgpu_numa_set_parse(text, &set)) {
        g_assert_cmpint(memcmp(&set, &empty, sizeof(set)), ==, 0);
        return;
    }
    g_assert_true(text[strspn(text, "0123456789-,^ \t\r\n\f\v")] == '\0');
    g_autofree char *plain = write_set(&set);
    g_assert_cmpint(plain[0] == '\0', ==, vgpu_numa_set_is_empty(&set));
    g_assert_true(vgpu_numa_set_parse(plain, &again) || count_words(plain) > VGPU_NUMA_SETS_MAX);
    g_assert_true(memcmp(&set, &again, sizeof(set)) == 0 ||
                  count_words(plain) > VGPU_NUMA_SETS_MAX);
}

/* Numbers of a device that nobody has open. */
static void
check_device(const VgpuRoot *root, const char *text G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    gboolean in_use = TRUE;

    g_assert_true(vgpu_device_in_use(root, FUZZ_VGPU, &in_use, &error));
    g_assert_false(in_use);
}

static const struct {
    char letter;
    const char *file;
    CheckFunc check;
} files[] = {
    {'a', TYPE_DIR "available_instances", check_available},
    {'c', PCI MOCK_VF_1 "/nvidia/creatable_vgpu_types", check_types},
    {'d', TYPE_DIR "description", check_description},
    {'l', NODE "cpulist", check_set},
    {'m', "sys/class/vfio/0/dev", check_device},
    {'n', TYPE_DIR "name", check_name},
    {'p', TYPE_DIR "device_api", check_api},
    {'s', PCI MOCK_PF "/sriov_totalvfs", check_total},
    {'t', PCI MOCK_VF_1 "/nvidia/current_vgpu_type", check_current},
    {'u', GPU "numa_node", check_node},
};

/* What the text of the links in sysfs may be. */
static const char *const links[] = {
    PCI MOCK_PF "/virtfn0",
    PCI MOCK_VF_1 "/physfn",
    GPU "driver",
    "sys/bus/mdev/devices/" FUZZ_VGPU "/mdev_type",
    "sys/bus/mdev/devices/" FUZZ_VGPU "/iommu_group",
};

/* Whatever is wrong elsewhere, this GPU and its types are seen. */
static void
check_others(const VgpuRoot *root)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, &error);
    g_autoptr(GPtrArray) devices = error ? NULL : vgpu_device_list(root, &error);
    gboolean found = FALSE;

    g_assert_no_error(error);
    g_assert_nonnull(devices);
    for (guint i = 0; i < parents->len; i++) {
        const VgpuParent *parent = parents->pdata[i];
        if (!g_str_equal(parent->name, SANE_GPU))
            continue;
        g_assert_cmpuint(parent->types->len, ==, 3);
        g_assert_cmpuint(parent->problems->len, ==, 0);
        found = TRUE;
    }
    g_assert_true(found);
}

/* Bounds, and no NUL. */
static char *
check_read(const char *path, const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    char *text = vgpu_sysfs_read(path, &error);

    fuzz_check_outcome(text != NULL, error);
    g_assert_true(!text == (size > VGPU_SYSFS_MAX || (size && memchr(data, '\0', size))));
    if (!text)
        return NULL;
    size -= size && data[size - 1] == '\n';
    g_assert_cmpuint(strlen(text), ==, size);
    g_assert_cmpint(size ? memcmp(text, data, size) : 0, ==, 0);
    return text;
}

static void
fuzz_file(MockSysfs *mock, gsize number, const uint8_t *data, size_t size)
{
    g_autofree char *path = g_build_filename(mock->path, files[number].file, NULL);
    g_autofree char *before = mock_sysfs_read(mock, files[number].file);

    fuzz_put(path, data, size);
    g_autofree char *text = check_read(path, data, size);
    if (text)
        files[number].check(mock->root, text);
    check_others(mock->root);
    fuzz_put(path, before, strlen(before));
}

/* The last component of a link is a name from outside: none leads out of the tree. */
static void
fuzz_link(MockSysfs *mock, gsize number, const uint8_t *data, size_t size)
{
    g_autofree char *path = g_build_filename(mock->path, links[number], NULL);
    g_autofree char *before = g_file_read_link(path, NULL);
    g_autofree char *target = fuzz_text(data, MIN(size, PATH_MAX - 2));
    gboolean in_use;

    put_link(path, target[0] ? target : "x");
    g_autofree char *name = vgpu_sysfs_read_link(path, NULL);
    g_assert_nonnull(name);
    g_assert_true(!strchr(name, '/') || g_str_equal(name, "/"));
    g_autoptr(VgpuParent) parent = vgpu_parent_load(mock->root, MOCK_PF, NULL);
    g_autofree char *vf =
        parent ? vgpu_provider_nvidia_vf.pick(mock->root, parent, "nvidia-557", NULL) : NULL;
    g_assert_true(!vf || g_str_equal(vf, MOCK_VF_1));
    vgpu_device_in_use(mock->root, FUZZ_VGPU, &in_use, NULL);
    check_others(mock->root);
    put_link(path, before);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MockSysfs *mock = fuzz_machine();
    static gboolean built;
    gsize number = 0;

    if (!built)
        build_machine(mock);
    built = TRUE;
    if (size == 0)
        return 0;
    while (number < G_N_ELEMENTS(files) && files[number].letter != data[0])
        number++;
    if (number < G_N_ELEMENTS(files))
        fuzz_file(mock, number, data + 1, size - 1);
    else
        fuzz_link(mock, data[0] % G_N_ELEMENTS(links), data + 1, size - 1);
    return 0;
}
