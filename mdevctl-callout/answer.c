/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answer.c - the callout's other half, which callout.c runs for what it does not answer by
 * itself, with the arguments and the input that it got. What it answers is in lib/callout.c.
 */
#include "callout.h"
#include "error.h"
#include "file.h"
#include "log.h"

#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) input_error = NULL;
    g_autofree char *output = NULL;
    g_autoptr(VgpuRoot) root = vgpu_root_new(NULL);

    /* first of all, and to its end: mdevctl 1.2 passes over a script that closes it early */
    g_autofree char *input =
        vgpu_file_read_fd(STDIN_FILENO, "standard input", VGPU_FILE_MAX, NULL, &input_error);
    g_autoptr(VgpuCallout) callout = vgpu_callout_parse(argc, argv, &error);
    int status = VGPU_EXIT_USAGE;
    if (callout)
        status = vgpu_callout_run(root, callout, input ? input : "", &output, &error);
    if (error)
        vgpu_log_error(input_error && status == VGPU_EXIT_FAILED ? input_error : error);
    if (output && (puts(output) < 0 || fflush(stdout) != 0))
        status = VGPU_EXIT_FAILED;
    return status;
}
