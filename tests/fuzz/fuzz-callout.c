/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-callout.c - what mdevctl gives its callout: whatever the arguments and the JSON are, it
 * answers for our GPU alone, agrees to nothing that can't be, and changes no vGPU but the one
 * named.
 *
 * An input is the arguments, a line each, an empty line, and what comes on standard input.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "attr-json.h"
#include "attr.h"
#include "call.h"
#include "callout.h"
#include "definition.h"
#include "device.h"
#include "error.h"
#include "log.h"
#include "parent.h"
#include "quick.h"

#define OTHER_GPU "0001:00:01.0"
#define VGPUS     "sys/bus/mdev/devices/"
#define WRITTEN   "kernel/log"

static void
ignore(const VgpuLogEntry *entry, gpointer user_data G_GNUC_UNUSED)
{
    g_assert_null(strchr(entry->line, '\n'));
}

/* Our GPU once more, by a name that is none. */
static void
add_hidden(MockSysfs *mock)
{
    g_autofree char *link = g_build_filename(mock->path, "sys/class/mdev_bus/.gpu", NULL);

    if (symlink("../../devices/pci/" FUZZ_GPU, link) < 0)
        g_error("cannot link '%s'", link);
}

static MockSysfs *
get_machine(void)
{
    MockSysfs *mock = fuzz_machine();
    static gboolean built;

    if (built)
        return mock;
    built = TRUE;
    vgpu_log_set_sink(ignore, NULL);
    mock_sysfs_add_gpu(mock, FUZZ_GPU);
    add_hidden(mock);
    mock_sysfs_add_parent(mock, OTHER_GPU, "nvidia", -1);
    mock_sysfs_add_type(mock, OTHER_GPU, "vgpu-16m", 4, 16);
    mock_sysfs_add_mdev(mock, FUZZ_GPU, "vgpu-16m", FUZZ_VGPU);
    return mock;
}

static void
reset(MockSysfs *mock, const char *value)
{
    mock_sysfs_write(mock, VGPUS FUZZ_VGPU "/vgpu/params", value);
    mock_sysfs_write(mock, VGPUS FUZZ_VGPU "/vgpu/vm_name", "\n");
    mock_sysfs_write(mock, WRITTEN, "");
}

/* Both halves take the same arguments. */
static VgpuCallout *
parse(int argc, char **argv, struct call *call)
{
    g_autoptr(GError) error = NULL;
    VgpuCallout *callout = vgpu_callout_parse(argc, argv, &error);

    fuzz_check_outcome(callout != NULL, error);
    g_assert_cmpint(call_parse(call, argc, argv), ==, callout != NULL);
    if (!callout)
        return NULL;
    g_assert_true(callout->type && callout->state);
    g_assert_cmpstr(callout->event, ==, call->event);
    g_assert_cmpstr(callout->action, ==, call->action);
    g_assert_cmpstr(callout->uuid, ==, call->uuid);
    g_assert_cmpstr(callout->parent, ==, call->parent);
    return callout;
}

/* What it agreed to is possible, by the parent's own word. */
static void
check_agreed(const VgpuRoot *root, const VgpuCallout *callout, const char *input)
{
    static const char *const actions[] = {"start", "define", "modify", NULL};

    if (!g_strv_contains(actions, callout->action) ||
        (!g_str_equal(callout->event, "pre") && !g_str_equal(callout->event, "live")))
        return;
    g_autoptr(VgpuDefinition) definition =
        vgpu_definition_parse(callout->parent, callout->uuid, input, NULL);
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, callout->parent, NULL);
    g_assert_nonnull(definition);
    const VgpuType *type = vgpu_parent_find_type(parent, definition->type, NULL);
    g_assert_nonnull(type);
    g_assert_true(vgpu_attr_check_list(parent->driver, type, definition->attrs, NULL));
}

/* After "live" the vGPU is as it was told. */
static void
check_set(MockSysfs *mock, const VgpuCallout *callout, const char *input)
{
    g_autoptr(VgpuDefinition) definition =
        vgpu_definition_parse(callout->parent, callout->uuid, input, NULL);

    for (guint i = 0; i < definition->attrs->len; i++) {
        const VgpuAttr *attr = definition->attrs->pdata[i];
        g_autofree char *value = vgpu_device_get_attr(mock->root, callout->uuid, attr->name, NULL);
        g_assert_cmpstr(value, ==, vgpu_attr_list_find(definition->attrs, attr->name));
    }
}

static void
check_output(const char *output)
{
    g_autoptr(GError) error = NULL;
    json_object *json = vgpu_json_parse(output, &error);

    g_assert_no_error(error);
    g_assert_true(json_object_is_type(json, json_type_object) ||
                  json_object_is_type(json, json_type_array));
    json_object_put(json);
}

/* Each line is "path = value". */
static void
check_written(MockSysfs *mock, const char *uuid)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autofree char *folder = g_strdup_printf(VGPUS "%s/vgpu/", lower);
    g_autofree char *text = mock_sysfs_read(mock, WRITTEN);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++)
        g_assert_true(!lines[i][0] || g_str_has_prefix(lines[i], folder));
}

/* What the quick half says, it says as @status and @output do. */
static void
check_quick(int quick, const char *text, int status, const char *output)
{
    g_autofree char *line = output ? g_strconcat(output, "\n", NULL) : g_strdup("");

    if (quick == QUICK_UNKNOWN)
        return;
    g_assert_cmpint(quick, ==, status);
    g_assert_cmpstr(text, ==, line);
}

static void
check_answer(MockSysfs *mock, const VgpuCallout *callout, const struct call *call,
             const char *input)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    const char *text = NULL;
    int quick = quick_answer(call, mock->path, &text);
    int status = vgpu_callout_run(mock->root, callout, input, &output, &error);

    fuzz_check_outcome(status != VGPU_EXIT_FAILED, error);
    g_assert_true(status == VGPU_EXIT_OK || !output);
    g_assert_true(status == VGPU_EXIT_NOT_MINE || g_str_equal(callout->parent, FUZZ_GPU));
    check_quick(quick, text, status, output);
    if (output)
        check_output(output);
    if (status == VGPU_EXIT_OK)
        check_agreed(mock->root, callout, input);
    if (status == VGPU_EXIT_OK && g_str_equal(callout->event, "live"))
        check_set(mock, callout, input);
    check_written(mock, callout->uuid);
}

static void
fuzz_call(MockSysfs *mock, int argc, char **argv, const char *input)
{
    struct call call;
    g_autoptr(VgpuCallout) callout = parse(argc, argv, &call);

    if (!callout)
        return;
    reset(mock, callout->type);
    check_answer(mock, callout, &call, input);
    vgpu_callout_notify(mock->root, callout);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    char *empty_line = strstr(text, "\n\n");
    const char *input = empty_line ? empty_line + 2 : "";
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();

    if (empty_line)
        *empty_line = '\0';
    g_auto(GStrv) words = g_strsplit(text, "\n", -1);
    g_ptr_array_add(arguments, (gpointer) "callout");
    for (guint i = 0; words[i]; i++)
        g_ptr_array_add(arguments, words[i]);
    fuzz_call(get_machine(), (int)arguments->len, (char **)arguments->pdata, input);
    return 0;
}
