/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * callout.c - the callout that mdevctl runs around each action on a vGPU, and for each vGPU that
 * it lists. Links libc only; what is asked seldom is answered by answer.c, a program of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "quick.h"

/* To its end: mdevctl 1.2 passes over a script that closes it early. */
static void
read_input(void)
{
    char block[4096];
    ssize_t count;

    do {
        count = read(STDIN_FILENO, block, sizeof(block));
    } while (count > 0 || (count < 0 && errno == EINTR));
}

/* The other half gets the input, unread, and all arguments. */
static int
run_other_half(const char *path, char **argv)
{
    execv(path, argv);
    fprintf(stderr,
            "openvgpu: the callout can't run its other half '%s': %s; install OpenVGPU again\n",
            path, strerror(errno));
    return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    /* both are for tests, and the second does not count without the first */
    const char *root = secure_getenv("OPENVGPU_ROOT");
    const char *other = root ? secure_getenv("OPENVGPU_CALLOUT_ANSWER") : NULL;
    const char *text = "";
    struct call call;
    int status = QUICK_UNKNOWN;

    if (call_parse(&call, argc, argv))
        status = quick_answer(&call, root ? root : "", &text);
    if (status == QUICK_UNKNOWN)
        return run_other_half(other ? other : CALLOUT_ANSWER, argv);
    read_input();
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return EXIT_FAILURE;
    return status;
}
