/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-arguments.c - words from command lines, of libvirt's to the hook and of people's to vgpuctl:
 * none leads out of a folder of ours, and none makes a terminal or a log do anything.
 *
 * An input is a line a word, with the escapes of g_strcompress().
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "device.h"
#include "error.h"
#include "log.h"
#include "message.h"
#include "order.h"
#include "provider.h"

#define OUTPUT_MAX 4096

/* What the hook's message() writes goes here: see FUZZ_WRAP in Makefile.am. */
static char output[OUTPUT_MAX];
static gsize output_length;
static gboolean capturing;

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
    if (!capturing)
        return __real_write(fd, data, size);
    g_assert_cmpint(fd, ==, STDERR_FILENO);
    g_assert_cmpuint(size, <=, OUTPUT_MAX - output_length);
    memcpy(output + output_length, data, size);
    output_length += size;
    return (ssize_t)size;
}

/* One line, and nothing in it that a terminal acts on. */
static void
check_line(const char *line, gsize length)
{
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpint(line[length - 1], ==, '\n');
    for (gsize i = 0; i < length - 1; i++) {
        g_assert_false(g_ascii_iscntrl(line[i]));
        /* C1 */
        g_assert_false((guchar)line[i] == 0xc2 && (guchar)line[i + 1] >= 0x80 &&
                       (guchar)line[i + 1] < 0xa0);
    }
}

/* A domain's name, and what libvirt says is to be done. */
static void
check_message(const char *name, const char *operation)
{
    output_length = 0;
    capturing = TRUE;
    message_begin(name, "", true);
    message("%s: refused", operation);
    capturing = FALSE;
    check_line(output, output_length);
}

static void
check_logged(const VgpuLogEntry *entry, gpointer user_data)
{
    guint *lines = user_data;

    (*lines)++;
    g_assert_true(g_utf8_validate(entry->line, -1, NULL));
    g_autofree char *line = g_strconcat(entry->line, "\n", NULL);
    check_line(line, strlen(line));
}

static void
check_log(const char *word)
{
    guint lines = 0;

    vgpu_log_set_sink(check_logged, &lines);
    vgpu_log("domain \"%s\": refused", word);
    vgpu_log_set_sink(NULL, NULL);
    g_assert_cmpuint(lines, ==, 1);
}

static gboolean
is_below(const char *path, const char *folder)
{
    g_autofree char *real = g_canonicalize_filename(path, "/");

    return g_str_equal(real, path) && g_str_has_prefix(path, folder) &&
           path[strlen(folder)] == '/' && path[strlen(folder) + 1];
}

/* All three words are names, or there is no path. */
static void
check_path(const VgpuRoot *root, VgpuDir dir, const char *const words[3])
{
    g_autofree char *folder = vgpu_root_dir(root, dir);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = vgpu_root_path(root, dir, &error, words[0], words[1], words[2], NULL);
    gboolean are_names = TRUE;

    fuzz_check_outcome(path != NULL, error);
    for (gsize i = 0; i < 3; i++)
        are_names &= vgpu_name_check(words[i], "word", NULL);
    g_assert_cmpint(are_names, ==, path != NULL);
    if (!path)
        return;
    g_assert_true(is_below(path, folder));
    g_autofree char *tail = g_strjoin("/", words[0], words[1], words[2], NULL);
    g_assert_cmpstr(path + strlen(folder) + 1, ==, tail);
}

/* By a different way than the library's. */
static void
check_address(const char *id)
{
    guint domain, bus, slot, function;
    int end = 0;

    g_assert_cmpint(sscanf(id, "%8x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end), ==, 4);
    g_assert_cmpuint((gsize)end, ==, strlen(id));
    g_assert_cmpuint(function, <, 8);
}

static void
check_id(const VgpuRoot *root, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    g_autofree char *again = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(word, &id, &error);

    fuzz_check_outcome(provider != NULL, error);
    if (!provider)
        return;
    g_assert_cmpint(g_ascii_strcasecmp(id, word), ==, 0);
    g_assert_true(vgpu_provider_of_id(id, &again, NULL) == provider);
    g_assert_cmpstr(id, ==, again);
    if (provider == &vgpu_provider_nvidia_vf)
        check_address(id);
    else
        g_assert_true(vgpu_uuid_check(id, NULL));
    g_autofree char *folder = provider->folder(root, id);
    g_autofree char *parent = g_path_get_dirname(folder);
    g_assert_true(is_below(folder, parent));
    g_assert_true(g_str_has_suffix(folder, id));
}

/* What can be read as an attribute is a file in the vGPU's own folder. */
static void
check_attr(MockSysfs *mock, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *value = vgpu_device_get_attr(mock->root, FUZZ_VGPU, name, &error);

    fuzz_check_outcome(value != NULL, error);
    g_assert_true(!value || vgpu_attr_check_name(name, NULL));
    if (!value)
        return;
    g_autoptr(VgpuDevice) device = vgpu_device_load(mock->root, FUZZ_VGPU, NULL);
    g_autofree char *path = g_build_filename(device->path, name, NULL);
    char *folder = realpath(device->path, NULL), *file = realpath(path, NULL);
    g_assert_true(is_below(file, folder));
    free(folder);
    free(file);
}

static void
check_order(const VgpuctlOrder *order)
{
    const VgpuCreateOrder *what = &order->order;

    g_assert_true(!what->wish.id == !!what->wish.framebuffer_mib);
    g_assert_true(!what->parent || vgpu_name_check(what->parent, "parent", NULL));
    g_assert_true(!what->vgpu || vgpu_provider_of_id(what->vgpu, NULL, NULL));
    g_assert_true(vgpu_attr_check_list(NULL, NULL, what->attrs, NULL));
    for (guint i = 0; i < what->attrs->len; i++) {
        const VgpuAttr *attr = what->attrs->pdata[i];
        g_assert_cmpuint(strlen(attr->value), <=, VGPU_ATTR_VALUE_MAX);
        for (const char *at = attr->value; *at; at++)
            g_assert_false(g_ascii_iscntrl(*at));
    }
}

static void
free_words(VgpuctlOrderWords *words)
{
    g_free(words->type);
    g_free(words->framebuffer);
    g_free(words->parent);
    g_free(words->vgpu);
    g_free(words->placement);
    g_strfreev(words->attrs);
    memset(words, 0, sizeof(*words));
}

/* As "vgpuctl define" reads them. */
static void
check_options(char **words)
{
    static VgpuctlOrderWords order_words;
    const GOptionEntry options[] = {VGPUCTL_ORDER_OPTIONS(order_words, "any"), {.long_name = NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) arguments = g_strdupv(words);

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, options, NULL);
    if (g_option_context_parse_strv(context, &arguments, NULL)) {
        g_autoptr(VgpuctlOrder) order = vgpuctl_order_read(&order_words, &error);
        fuzz_check_outcome(order != NULL, error);
        if (order)
            check_order(order);
    }
    free_words(&order_words);
}

/* A folder's worth of what an attribute must not be, besides the attributes. */
static MockSysfs *
get_machine(void)
{
    MockSysfs *mock = fuzz_machine();
    static gboolean built;

    if (built)
        return mock;
    built = TRUE;
    mock_sysfs_add_gpu(mock, FUZZ_GPU);
    mock_sysfs_add_mdev(mock, FUZZ_GPU, "vgpu-16m", FUZZ_VGPU);
    g_autofree char *link =
        g_build_filename(mock->path, "sys/bus/mdev/devices", FUZZ_VGPU, "up", NULL);
    if (symlink("..", link) < 0)
        g_error("cannot link '%s'", link);
    return mock;
}

/* A backslash at the end means nothing. */
static char *
unescape(const char *text)
{
    gsize length = strlen(text), end = length;

    while (end > 0 && text[end - 1] == '\\')
        end--;
    g_autofree char *whole = g_strndup(text, length - (length - end) % 2);
    return g_strcompress(whole);
}

static char **
split(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    char **words = g_strsplit(text, "\n", -1);

    for (guint i = 0; words[i]; i++) {
        char *word = unescape(words[i]);
        g_free(words[i]);
        words[i] = word;
    }
    return words;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MockSysfs *mock = get_machine();
    g_auto(GStrv) words = split(data, size);
    guint count = g_strv_length(words);

    for (guint i = 0; i < count; i++) {
        const char *const three[] = {words[i], words[(i + 1) % count], words[(i + 2) % count]};
        check_path(mock->root, VGPU_DIR_STATE, three);
        check_id(mock->root, words[i]);
        check_attr(mock, words[i]);
        check_message(words[i], words[(i + 1) % count]);
        check_log(words[i]);
    }
    check_options(words);
    return 0;
}
