/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz.c - what fuzz targets share.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

static MockSysfs *machine;

/* GLib would raise a SIGTRAP, of which libFuzzer does not know. */
static GLogWriterOutput
stop_at_warning(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    g_log_writer_standard_streams(level, fields, count, data);
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        abort();
    return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    g_log_set_writer_func(stop_at_warning, NULL, NULL);
    return 0;
}

void
fuzz_check_outcome(gboolean ok, const GError *error)
{
    if (ok)
        g_assert_no_error(error);
    if (ok)
        return;
    g_assert_nonnull(error);
    g_assert_cmpuint(error->domain, ==, VGPU_ERROR);
    g_assert_cmpstr(error->message, !=, "");
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
    char *text = g_malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static void
remove_machine(void)
{
    mock_sysfs_free(machine);
}

MockSysfs *
fuzz_machine(void)
{
    if (!machine) {
        machine = mock_sysfs_new();
        atexit(remove_machine);
    }
    return machine;
}

void
fuzz_put(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) < 0)
        g_error("cannot write '%s'", path);
}
