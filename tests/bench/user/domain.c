/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain starts: with one vGPU, and with none. What others are there, and their
 * definitions, is the level.
 */
#include "user.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* $BENCH_ROOT is for tests of this program. */
static const char *
hook(void)
{
    static char path[PATH_MAX];
    const char *root = getenv("BENCH_ROOT");

    snprintf(path, sizeof path, "%s/etc/libvirt/hooks/qemu.d/50-openvgpu", root ? root : "");
    return path;
}

static bool
run_hook(const char *domain, const char *operation, const char *part, double *ms)
{
    const char *const argv[] = {hook(), domain, operation, part, "-", NULL};
    char file[64];

    snprintf(file, sizeof file, "%s.xml", domain);
    return command_run(&(struct command){argv, command_beside(file), 0}, ms);
}

static bool
prepare_ours(unsigned level, double *ms)
{
    (void)level;
    return run_hook("one-vgpu", "prepare", "begin", ms);
}

static bool
prepare_limit(unsigned level, double *ms)
{
    const char *const argv[] = {command_beside("peer-prepare"), host_create_file(UINT_MAX),
                                HOST_DOMAIN_VGPU, NULL};

    (void)level;
    return command_run(&(struct command){argv, command_beside("one-vgpu.xml"), 0}, ms);
}

static bool
prepare_mdevctl(unsigned level, double *ms)
{
    const char *const argv[] = {
        "mdevctl", "start",   "-u", HOST_DOMAIN_VGPU, "-p", host_parent(UINT_MAX),
        "-t",      HOST_TYPE, NULL};

    (void)level;
    return command_run(&(struct command){argv, NULL, 0}, ms);
}

static bool
prepare_shell(unsigned level, double *ms)
{
    const char *const argv[] = {
        "bash", command_beside("shell-hook"), "one-vgpu", "prepare", "begin", "-", NULL};

    (void)level;
    setenv("VGPU_PARENT", host_parent(UINT_MAX), 1);
    setenv("VGPU_TYPE", HOST_TYPE, 1);
    return command_run(&(struct command){argv, command_beside("one-vgpu.xml"), 0}, ms);
}

static bool
enter(unsigned level)
{
    return host_define(level) && host_make(level);
}

static bool
check_made(unsigned level)
{
    return host_has_all(level + 1) && host_has(HOST_DOMAIN_VGPU);
}

/* Ours has a record to be taken away too; of what others made the hook knows nothing. */
static bool
undo_made(unsigned level)
{
    double ms;

    return run_hook("one-vgpu", "release", "end", &ms) &&
           (!host_has(HOST_DOMAIN_VGPU) || host_remove_vgpu(HOST_DOMAIN_VGPU)) &&
           host_has_all(level);
}

static bool
leave(unsigned level)
{
    return host_remove(level) && host_undefine(level);
}

static const struct subject prepare_subjects[] = {
    {"ours", CALLOUT_THERE, 0, prepare_ours},
    {"limit", CALLOUT_THERE, 0, prepare_limit},
    {"mdevctl", CALLOUT_AWAY, 0, prepare_mdevctl},
    {"mdevctl, our callout", CALLOUT_THERE, 0, prepare_mdevctl},
    {"shell hook", CALLOUT_AWAY, 0, prepare_shell},
    {.name = NULL},
};

const struct operation operation_prepare = {
    .name = "prepare",
    .unit = "ms",
    .enter = enter,
    .check = check_made,
    .undo = undo_made,
    .leave = leave,
    .subjects = prepare_subjects,
};

static bool
ordinary_ours(unsigned level, double *ms)
{
    (void)level;
    return run_hook("ordinary", "prepare", "begin", ms);
}

static bool
ordinary_limit(unsigned level, double *ms)
{
    const char *const argv[] = {
        command_beside("peer-empty"), "ordinary", "prepare", "begin", "-", NULL};

    (void)level;
    return command_run(&(struct command){argv, command_beside("ordinary.xml"), 0}, ms);
}

static const struct subject ordinary_subjects[] = {
    {"ours", CALLOUT_THERE, 0, ordinary_ours},
    {"limit", CALLOUT_THERE, 0, ordinary_limit},
    {.name = NULL},
};

const struct operation operation_ordinary = {
    .name = "ordinary domain",
    .unit = "ms",
    .enter = enter,
    .check = host_has_all,
    .undo = host_has_all,
    .leave = leave,
    .subjects = ordinary_subjects,
};
