/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * standalone.c - stands in for libFuzzer where there is none: gives a target the files that are
 * named on the command line, once each.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
run_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize size;

    fprintf(stderr, "Running: %s\n", path);
    if (!g_file_get_contents(path, &text, &size, &error))
        g_error("%s", error->message);
    /* of its size to the byte, so that a sanitizer sees who reads on */
    uint8_t *data = malloc(size);
    if (size)
        memcpy(data, text, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int
main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    fprintf(stderr, "%d inputs\n", argc - 1);
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
