/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many vGPUs: made from their definitions, as after a boot, and listed.
 */
#include "user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What peer-writes is to write. */
static char plan[] = "/tmp/vgpu-bench-plan-XXXXXX";

static bool
write_plan(unsigned level)
{
    int fd = mkstemp(plan);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool done = file;

    for (unsigned i = 0; file && i < level; i++)
        fprintf(file, "%s %s\n", host_create_file(i), host_uuid(i));
    if (file)
        done = fclose(file) == 0;
    if (!done)
        perror(plan);
    return done;
}

static bool
enter_restore(unsigned level)
{
    return host_define(level) && write_plan(level);
}

static bool
leave_restore(unsigned level)
{
    unlink(plan);
    memset(plan + strlen(plan) - 6, 'X', 6);
    return host_undefine(level);
}

static bool
restore_ours(unsigned level, double *ms)
{
    static const char *const argv[] = {"vgpuctl", "restore", NULL};

    (void)level;
    return command_run(&(struct command){argv, NULL, 0}, ms);
}

static bool
restore_limit(unsigned level, double *ms)
{
    const char *const argv[] = {command_beside("peer-writes"), NULL};

    (void)level;
    return command_run(&(struct command){argv, plan, 0}, ms);
}

/* As its udev rule does, for each GPU that has definitions. */
static bool
restore_mdevctl(unsigned level, double *ms)
{
    const char *last = "";

    for (unsigned i = 0; i < level; i++) {
        const char *parent = host_parent(i);
        const char *const argv[] = {"mdevctl", "start-parent-mdevs", parent, NULL};

        if (strcmp(parent, last) && !command_run(&(struct command){argv, NULL, 0}, ms))
            return false;
        last = parent;
    }
    return true;
}

static const struct subject restore_subjects[] = {
    {"ours", CALLOUT_THERE, 0, restore_ours},
    {"limit", CALLOUT_THERE, 0, restore_limit},
    {"mdevctl", CALLOUT_AWAY, 0, restore_mdevctl},
    {"mdevctl, our callout", CALLOUT_THERE, 0, restore_mdevctl},
    {.name = NULL},
};

const struct operation operation_restore = {
    .name = "restore",
    .unit = "ms",
    .enter = enter_restore,
    .check = host_has_all,
    .undo = host_remove,
    .leave = leave_restore,
    .subjects = restore_subjects,
};

static bool
enter_list(unsigned level)
{
    return host_define(level) && host_make(level);
}

static bool
leave_list(unsigned level)
{
    return host_remove(level) && host_undefine(level);
}

static bool
list_ours(unsigned level, double *ms)
{
    static const char *const argv[] = {"vgpuctl", "list", NULL};

    return command_run(&(struct command){argv, NULL, level}, ms);
}

static bool
list_mdevctl(unsigned level, double *ms)
{
    static const char *const argv[] = {"mdevctl", "list", NULL};

    return command_run(&(struct command){argv, NULL, level}, ms);
}

static const struct subject list_subjects[] = {
    {"ours", CALLOUT_THERE, 0, list_ours},
    {"mdevctl", CALLOUT_AWAY, 0, list_mdevctl},
    {"mdevctl, our callout", CALLOUT_THERE, 0, list_mdevctl},
    {"mdevctl, attributes", CALLOUT_ATTRIBUTE, 0, list_mdevctl},
    {.name = NULL},
};

const struct operation operation_list = {
    .name = "list",
    .unit = "ms",
    .enter = enter_list,
    .check = host_has_all,
    .undo = host_has_all,
    .leave = leave_list,
    .subjects = list_subjects,
};
