/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfio-failslab: does what a VMM does, step by step, and has the first, the second,
 * the third ... allocation of the step fail until it needs no more. After each
 * failure the step must succeed, so that nothing was left half done. Needs a kernel
 * with fault injection; see Documentation/fault-injection/fault-injection.rst.
 */
#include "failslab.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 20000u /* allocations of a step, or it never ends */

static const char usage[] =
    "usage: vfio-failslab [--iommufd] [--dmabuf] [--only STEP] [--every N [--first N]]\n"
    "                     TYPE-FOLDER UUID\n"
    "TYPE-FOLDER is that of mdev_supported_types; the vGPU is made. --dmabuf has it show its\n"
    "screen by dma-bufs; --every has each N-th allocation fail, from --first on\n";

static int fail_nth = -1;
static int nowhere, standard_error;
static int failures;
static unsigned int every = 1, first = 1;

void
complain(const char *step, unsigned int n, const char *what)
{
    failures++;
    printf("not ok - %s, allocation %u: %s (%s)\n", step, n, what, strerror(errno));
}

/* Runs a step whose @n-th allocation fails; *@reached tells whether there is one. */
static bool
run_failing(const struct step *step, unsigned int n, bool *reached)
{
    char text[16] = "";
    bool good;

    snprintf(text, sizeof text, "%u", n);
    dup2(nowhere, STDERR_FILENO);
    if (pwrite(fail_nth, text, strlen(text), 0) < 0)
        complain(step->name, n, "fail-nth can't be written");
    good = step->run();
    memset(text, 0, sizeof text);
    if (pread(fail_nth, text, sizeof text - 1, 0) < 0)
        complain(step->name, n, "fail-nth can't be read");
    if (pwrite(fail_nth, "0", 1, 0) < 0)
        complain(step->name, n, "fail-nth can't be written");
    dup2(standard_error, STDERR_FILENO);
    *reached = atoi(text) == 0;
    return good;
}

static void
try_step(const struct step *step)
{
    unsigned int n, tried = 0, took = 0;
    bool reached = true;

    for (n = first; reached && n < MOST && failures < 10; n += every) {
        bool good = run_failing(step, n, &reached);

        tried += reached;
        if (good) {
            took += reached;
            step->undo();
            continue;
        }
        if (!reached)
            complain(step->name, n, "fails where no allocation did");
        if (step->run())
            step->undo();
        else
            complain(step->name, n, "fails again, after its allocation failed");
    }
    if (reached && !failures)
        complain(step->name, n, "has no end");
    printf("%s - %s: %u allocations failed, one at a time, of %u; it succeeded %u times\n",
           failures ? "not ok" : "ok", step->name, tried, n < every ? 0 : n - every, took);
    fflush(stdout);
}

static void
try_steps(const struct step *steps, const char *only)
{
    for (; steps->name; steps++)
        if ((!steps->can || steps->can()) && (!only || !strcmp(steps->name, only)))
            try_step(steps);
}

static void
on_fault(int signal)
{
    if (fuzz_may_fault)
        siglongjmp(fuzz_fault, signal);
    _exit(3);
}

static bool
run_all(const char *only)
{
    const char *uuid = target.uuid;

    try_steps(steps_absent, only);
    if (!make_vgpu())
        return false;
    try_steps(steps_made, only);
    if (target_open(&target, uuid)) {
        run_config();
        try_steps(steps_open, only);
        target_close(&target);
    } else {
        complain("open", 0, "fails");
    }
    undo_create();
    return !failures;
}

int
main(int argc, char **argv)
{
    static const struct option names[] = {
        {"iommufd", no_argument, NULL, 'i'},     {"dmabuf", no_argument, NULL, 'd'},
        {"only", required_argument, NULL, 'o'},  {"every", required_argument, NULL, 'e'},
        {"first", required_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
    const char *only = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        if (option == 'i')
            device_use_iommufd();
        else if (option == 'd')
            by_dmabuf = true;
        else if (option == 'o')
            only = optarg;
        else if (option == 'e')
            every = (unsigned int)atoi(optarg);
        else if (option == 'f')
            first = (unsigned int)atoi(optarg);
        else
            optind = argc;
    if (argc - optind != 2 || !every || !first) {
        fputs(usage, stderr);
        return 2;
    }
    type_folder = argv[optind];
    target.uuid = argv[optind + 1];
    fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    standard_error = dup(STDERR_FILENO);
    if (fail_nth < 0 || nowhere < 0 || standard_error < 0) {
        perror("/proc/thread-self/fail-nth");
        return 2;
    }
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
    return run_all(only) ? 0 : 1;
}
