/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash-hook.c - a hook.so that crashes whoever loads it, and leaves a mark, so that a test
 * knows that it did. The mark is "crashed" in the mock machine's folder, else in /var/tmp.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((constructor)) static void
crash(void)
{
    const char *root = getenv("OPENVGPU_ROOT");
    char path[PATH_MAX];
    int fd;

    snprintf(path, sizeof(path), "%s/crashed", root ? root : "/var/tmp");
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    prctl(PR_SET_DUMPABLE, 0); /* nobody wants the core */
    abort();
}
