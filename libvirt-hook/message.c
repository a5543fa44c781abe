/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - lines from the thin part of the hook, which has no library: to
 * standard error, which libvirt shows on failure, and to the system's log.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LINE 1024

static const char *domain_name = "";
static const char *domain_uuid = "";
static bool log_quiet;

void
message_begin(const char *name, const char *uuid, bool quiet)
{
    domain_name = name;
    domain_uuid = uuid;
    log_quiet = quiet;
}

/* A terminal acts on these: C0, DEL, and C1 as UTF-8 writes it, 0xc2 and 0x80 to 0x9f. */
static bool
is_control(const unsigned char *at)
{
    return at[0] < ' ' || at[0] == 0x7f || (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f);
}

static void
make_safe(char *line)
{
    for (unsigned char *at = (unsigned char *)line; *at; at++) {
        if (!is_control(at))
            continue;
        if (*at == 0xc2)
            *at++ = '?';
        *at = '?';
    }
}

void
message(const char *format, ...)
{
    char what[LINE], line[2 * LINE];
    va_list args;
    size_t length;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    snprintf(line, sizeof(line) - 1, "openvgpu: domain \"%.255s\"%s%s%s: %s", domain_name,
             domain_uuid[0] ? " (" : "", domain_uuid, domain_uuid[0] ? ")" : "", what);
    make_safe(line);
    if (!log_quiet)
        syslog(LOG_DAEMON | LOG_WARNING, "%s", line);
    length = strlen(line);
    line[length] = '\n';
    if (write(STDERR_FILENO, line, length + 1) < 0)
        return; /* there is nowhere left to say so */
}
