/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.c - what systemd says of a unit, by systemctl(1).
 */
#include "service.h"

#include "command.h"
#include "error.h"

#include <string.h>

#define ASK "--property=LoadState,ActiveState,WantedBy,RequiredBy,StateChangeTimestampMonotonic"

/* One line, "Name=value". */
static void
read_property(VgpuService *service, const char *name, const char *value)
{
    if (strcmp(name, "LoadState") == 0) {
        g_free(service->load_state);
        service->load_state = g_strdup(value);
    } else if (strcmp(name, "ActiveState") == 0) {
        g_free(service->active_state);
        service->active_state = g_strdup(value);
    } else if (strcmp(name, "WantedBy") == 0 || strcmp(name, "RequiredBy") == 0) {
        service->wanted = service->wanted || value[0] != '\0';
    } else if (strcmp(name, "StateChangeTimestampMonotonic") == 0) {
        service->changed = g_ascii_strtoll(value, NULL, 10);
    }
}

static VgpuService *
parse(const char *text)
{
    VgpuService *service = g_new0(VgpuService, 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        char *equals = strchr(lines[i], '=');
        if (!equals)
            continue;
        *equals = '\0';
        read_property(service, lines[i], equals + 1);
    }
    return service;
}

VgpuService *
vgpu_service_load(const VgpuRoot *root, const char *unit, const VgpuDeadline *deadline,
                  GError **error)
{
    const char *const argv[] = {"systemctl", "show", "--no-pager", ASK, unit, NULL};
    g_autofree char *text = NULL;

    if (!vgpu_command_run(root, argv, deadline, &text, error))
        return NULL;
    g_autoptr(VgpuService) service = parse(text);
    if (service->load_state && service->active_state)
        return g_steal_pointer(&service);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "systemctl says nothing of unit '%s'", unit);
    return NULL;
}

void
vgpu_service_free(VgpuService *service)
{
    if (!service)
        return;
    g_free(service->load_state);
    g_free(service->active_state);
    g_free(service);
}
