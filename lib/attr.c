/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attr.c - lists of attributes, and which names and values may be set. What our
 * own driver knows stands in one table at the end.
 */
#include "attr.h"

#include "error.h"
#include "parent.h"

#include <string.h>

/* What the kernel takes: kmod/vfio/attr.c and kmod/soft/params.c. */
#define PARAMS_MAX  1023
#define VM_NAME_MAX 63
#define SIZE_MIN    64
#define WIDTH_STEP  8
#define SIZE_MOST   65535
#define EDID_BLOCK  128 /* VESA E-EDID A2 section 2.2, the last a checksum */
#define EDID_HEADER "00ffffffffffff00"

static void
attr_free(gpointer data)
{
    VgpuAttr *attr = data;
    g_free(attr->name);
    g_free(attr->value);
    g_free(attr);
}

GPtrArray *
vgpu_attr_list_new(void)
{
    return g_ptr_array_new_with_free_func(attr_free);
}

void
vgpu_attr_list_add(GPtrArray *list, const char *name, const char *value)
{
    VgpuAttr *attr = g_new(VgpuAttr, 1);
    attr->name = g_strdup(name);
    attr->value = g_strdup(value);
    g_ptr_array_add(list, attr);
}

const char *
vgpu_attr_list_find(const GPtrArray *list, const char *name)
{
    for (guint i = list->len; i > 0; i--) {
        const VgpuAttr *attr = list->pdata[i - 1];
        if (strcmp(attr->name, name) == 0)
            return attr->value;
    }
    return NULL;
}

/* What the driver core and mdev put into a device's folder: none of it is a property. */
static gboolean
is_core_file(const char *component)
{
    static const char *const names[] = {
        "remove",      "uevent",    "driver",   "driver_override", "power", "subsystem",
        "iommu_group", "mdev_type", "vfio-dev", "wakeup",          NULL,
    };
    return g_strv_contains(names, component);
}

gboolean
vgpu_attr_check_name(const char *name, GError **error)
{
    g_auto(GStrv) components = g_strsplit(name ? name : "", "/", -1);
    gboolean ok = name && strlen(name) <= VGPU_ATTR_NAME_MAX && components[0];

    for (guint i = 0; ok && components[i]; i++)
        ok = vgpu_name_check(components[i], "attribute", NULL);
    if (ok && !is_core_file(components[0]))
        return TRUE;
    g_autofree char *shown = g_strescape(name ? name : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "'%.64s' is not the name of an attribute: it must be a file below the vGPU's "
                "folder that sets a property, as 'vgpu/params'",
                shown);
    return FALSE;
}

static gboolean
check_text(const char *name, const char *value, GError **error)
{
    gsize length = value ? strlen(value) : 0;
    gboolean ok = length > 0 && length <= VGPU_ATTR_VALUE_MAX && g_utf8_validate(value, -1, NULL);
    for (gsize i = 0; ok && i < length; i++)
        ok = !g_ascii_iscntrl(value[i]);
    if (ok)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "the value of attribute '%s' must be 1 to %d bytes of text with no control "
                "characters; leave the attribute out to keep its default",
                name, VGPU_ATTR_VALUE_MAX);
    return FALSE;
}

static const VgpuAttrSpec *
find_spec(const VgpuAttrSpec *specs, guint count, const char *name)
{
    for (guint i = 0; i < count; i++)
        if (strcmp(specs[i].name, name) == 0)
            return &specs[i];
    return NULL;
}

static void
report_unknown(const VgpuAttrSpec *specs, guint count, const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "", specs[i].name);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "there is no attribute '%.64s'; there are: %s", name, known->str);
}

gboolean
vgpu_attr_check(const char *driver, const VgpuType *type, const char *name, const char *value,
                GError **error)
{
    guint count;
    const VgpuAttrSpec *specs = vgpu_attr_specs(driver, &count);

    if (!vgpu_attr_check_name(name, error) || !check_text(name, value, error))
        return FALSE;
    if (!specs)
        return TRUE;
    const VgpuAttrSpec *spec = find_spec(specs, count, name);
    if (!spec) {
        report_unknown(specs, count, name, error);
        return FALSE;
    }
    if (spec->check(value, type, error))
        return TRUE;
    g_prefix_error(error, "attribute '%s': ", name);
    return FALSE;
}

gboolean
vgpu_attr_check_list(const char *driver, const VgpuType *type, const GPtrArray *list,
                     GError **error)
{
    for (guint i = 0; i < list->len; i++) {
        const VgpuAttr *attr = list->pdata[i];
        if (!vgpu_attr_check(driver, type, attr->name, attr->value, error))
            return FALSE;
    }
    return TRUE;
}

/* "WxH" in plain decimal digits, nothing else. */
static gboolean
parse_resolution(const char *text, guint64 *width, guint64 *height)
{
    g_auto(GStrv) parts = g_strsplit(text, "x", 3);
    return g_strv_length(parts) == 2 &&
           g_ascii_string_to_unsigned(parts[0], 10, 0, SIZE_MOST, width, NULL) &&
           g_ascii_string_to_unsigned(parts[1], 10, 0, SIZE_MOST, height, NULL);
}

static gboolean
check_resolution(const char *value, const VgpuType *type, GError **error)
{
    guint64 width, height;
    guint most_w = type && type->max_width ? type->max_width : SIZE_MOST;
    guint most_h = type && type->max_height ? type->max_height : SIZE_MOST;

    if (parse_resolution(value, &width, &height) && width % WIDTH_STEP == 0 && width >= SIZE_MIN &&
        height >= SIZE_MIN && width <= most_w && height <= most_h)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "resolution '%.32s' is not possible: it is WIDTHxHEIGHT, from %dx%d to %ux%u, with "
                "a width that %d divides",
                value, SIZE_MIN, SIZE_MIN, most_w, most_h, WIDTH_STEP);
    return FALSE;
}

/* Two hexadecimal digits a byte; whether the bytes sum up to 0. */
static gboolean
is_edid_block(const char *digits)
{
    guint8 sum = 0;

    for (guint i = 0; i < EDID_BLOCK; i++)
        sum += (guint8)(g_ascii_xdigit_value(digits[2 * i]) << 4 |
                        g_ascii_xdigit_value(digits[2 * i + 1]));
    return sum == 0;
}

static gboolean
check_edid(const char *value, const VgpuType *type G_GNUC_UNUSED, GError **error)
{
    gsize length = strlen(value);
    gboolean ok = (length == 2 * EDID_BLOCK || length == 4 * EDID_BLOCK) &&
                  g_ascii_strncasecmp(value, EDID_HEADER, strlen(EDID_HEADER)) == 0;

    for (gsize i = 0; ok && i < length; i++)
        ok = g_ascii_isxdigit(value[i]);
    for (gsize i = 0; ok && i < length; i += 2 * EDID_BLOCK)
        ok = is_edid_block(value + i);
    /* byte 126 says how many blocks follow */
    ok = ok && g_ascii_xdigit_value(value[2 * 126]) == 0 &&
         (gsize)g_ascii_xdigit_value(value[2 * 126 + 1]) == length / (2 * EDID_BLOCK) - 1;
    if (!ok)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "edid '%.32s' is not possible: it is one or two blocks of an EDID, two "
                    "hexadecimal digits for each of their %d bytes, with header and checksums",
                    value, EDID_BLOCK);
    return ok;
}

/* Where a vGPU's share of the framebuffer begins, in MiB. */
static gboolean
check_placement(const char *value, const VgpuType *type, GError **error)
{
    guint size = type && type->framebuffer_mib ? type->framebuffer_mib : 1;
    guint64 placement;

    if (g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT32, &placement, NULL) &&
        placement % size == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "vgpu-placement-id '%.32s' is not possible: it is a multiple of the type's "
                "framebuffer in MiB, here of %u",
                value, size);
    return FALSE;
}

static gboolean
check_display(const char *value, const VgpuType *type G_GNUC_UNUSED, GError **error)
{
    if (strcmp(value, "region") == 0 || strcmp(value, "dmabuf") == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%.32s' is neither region nor dmabuf",
                value);
    return FALSE;
}

static gboolean
check_switch(const char *value, const VgpuType *type G_GNUC_UNUSED, GError **error)
{
    if (strcmp(value, "0") == 0 || strcmp(value, "1") == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%.32s' is neither 0 nor 1", value);
    return FALSE;
}

/* Keys of vgpu/params, as vgpu-soft(7) has them; a new key is one line here. */
static const struct {
    const char *key;
    VgpuAttrCheckFunc check;
} params_keys[] = {
    {"resolution", check_resolution},   {"edid", check_edid},
    {"display", check_display},         {"vgpu-placement-id", check_placement},
    {"disable_vnc", check_switch},      {"frame_rate_limiter", check_switch},
    {"enable_uvm", check_switch},       {"enable_debugging", check_switch},
    {"enable_profiling", check_switch},
};

/* The first two both say which monitor it is. */
#define PARAMS_MONITOR 3u

/* Index of the key of "key=value", or -1. */
static int
find_param(const char *word)
{
    const char *equals = strchr(word, '=');
    for (guint i = 0; equals && i < G_N_ELEMENTS(params_keys); i++) {
        const char *key = params_keys[i].key;
        if (strlen(key) == (gsize)(equals - word) && strncmp(word, key, strlen(key)) == 0)
            return (int)i;
    }
    return -1;
}

static void
report_unknown_param(const char *word, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(params_keys); i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "", params_keys[i].key);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "'%.64s' is not a parameter; they are written key=value, with a comma between, and "
                "the keys are: %s",
                word, known->str);
}

static gboolean
check_param(const char *word, const VgpuType *type, guint *seen, GError **error)
{
    int i = find_param(word);
    if (i < 0) {
        report_unknown_param(word, error);
        return FALSE;
    }
    if (*seen & 1U << i) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "parameter '%s' is given twice",
                    params_keys[i].key);
        return FALSE;
    }
    *seen |= 1U << i;
    if (params_keys[i].check(strchr(word, '=') + 1, type, error))
        return TRUE;
    if (params_keys[i].check == check_switch || params_keys[i].check == check_display)
        g_prefix_error(error, "parameter '%s': ", params_keys[i].key);
    return FALSE;
}

static gboolean
check_printable(const char *value, gsize max, GError **error)
{
    gsize length = strlen(value);
    gboolean ok = length <= max;
    for (gsize i = 0; ok && i < length; i++)
        ok = g_ascii_isprint(value[i]);
    if (!ok)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the value must be at most %" G_GSIZE_FORMAT " printable ASCII characters",
                    max);
    return ok;
}

static gboolean
check_params(const char *value, const VgpuType *type, GError **error)
{
    guint seen = 0;
    if (!check_printable(value, PARAMS_MAX, error))
        return FALSE;
    g_auto(GStrv) words = g_strsplit(value, ",", -1);
    for (guint i = 0; words[i]; i++)
        if (!check_param(words[i] + strspn(words[i], " "), type, &seen, error))
            return FALSE;
    if ((seen & PARAMS_MONITOR) != PARAMS_MONITOR)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "resolution and edid don't go together: give one");
    return FALSE;
}

static gboolean
check_vm_name(const char *value, const VgpuType *type G_GNUC_UNUSED, GError **error)
{
    return check_printable(value, VM_NAME_MAX, error);
}

static const VgpuAttrSpec our_specs[] = {
    {"vgpu/params", check_params},
    {"vgpu/vm_name", check_vm_name},
};

const VgpuAttrSpec *
vgpu_attr_specs(const char *driver, guint *count)
{
    gboolean ours = g_strcmp0(driver, VGPU_PARENT_OUR_DRIVER) == 0;
    *count = ours ? G_N_ELEMENTS(our_specs) : 0;
    return ours ? our_specs : NULL;
}
