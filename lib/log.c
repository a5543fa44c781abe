/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.c - lines for people, made safe to show.
 */
#include "log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PREFIX     "openvgpu: "
#define LENGTH_MAX 1024

static VgpuLogFunc log_sink;
static gpointer log_sink_data;

/* Of the vGPU that lines are about which name none. */
static char *blamed_id, *blamed_type;

void
vgpu_log_set_sink(VgpuLogFunc sink, gpointer user_data)
{
    log_sink = sink;
    log_sink_data = user_data;
}

/* One write, so that lines of processes that share a stderr do not mix. */
static void
write_stderr(const char *line)
{
    g_autofree char *text = g_strconcat(PREFIX, line, "\n", NULL);
    ssize_t done;
    do {
        done = write(STDERR_FILENO, text, strlen(text));
    } while (done < 0 && errno == EINTR);
}

/* Most text is, and then there is nothing to look at letter by letter. */
static gboolean
is_plain(const char *text, gsize most)
{
    gsize length = 0;
    while (text[length] >= ' ' && text[length] <= '~')
        length++;
    return !text[length] && length + 6 <= most;
}

static char *
make_safe(const char *text, gsize most)
{
    if (is_plain(text, most))
        return g_strdup(text);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) line = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (line->len + 6 > most) {
            g_string_append(line, "…");
            break;
        }
        g_string_append_unichar(line, g_unichar_isprint(c) ? c : '?');
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

char *
vgpu_log_make_safe(const char *text)
{
    return make_safe(text, LENGTH_MAX);
}

char *
vgpu_log_make_printable(const char *text)
{
    return make_safe(text, G_MAXSIZE);
}

static void
emit(VgpuLogLevel level, const VgpuLogVgpu *vgpu, const char *text)
{
    g_autofree char *line = vgpu_log_make_safe(text);
    VgpuLogVgpu blamed = {.id = blamed_id, .type = blamed_type};
    VgpuLogEntry entry = {.level = level, .line = line, .vgpu = vgpu};

    if (!vgpu && blamed_id)
        entry.vgpu = &blamed;
    if (log_sink)
        log_sink(&entry, log_sink_data);
    else if (level >= VGPU_LOG_WARNING)
        write_stderr(line);
}

void
vgpu_log(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    emit(VGPU_LOG_WARNING, NULL, text);
}

void
vgpu_log_about(VgpuLogLevel level, const VgpuLogVgpu *vgpu, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    emit(level, vgpu, text);
}

void
vgpu_log_blame(const char *id, const char *type)
{
    g_free(blamed_id);
    g_free(blamed_type);
    blamed_id = g_strdup(id);
    blamed_type = g_strdup(type);
}

void
vgpu_log_error(const GError *error)
{
    emit(VGPU_LOG_WARNING, NULL, error->message);
}
