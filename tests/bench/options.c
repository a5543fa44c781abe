/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options that both benchmarks take.
 */
#include "bench.h"

#include <getopt.h>
#include <stdlib.h>

static bool
read_levels(struct bench_options *options, const char *text)
{
    char *end;

    for (options->level_count = 0; options->level_count < BENCH_MAX_LEVELS; text = end + 1) {
        unsigned long level = strtoul(text, &end, 10);

        if (end == text || level < options->least || level >= 1u << 16)
            return false;
        options->levels[options->level_count++] = (unsigned)level;
        if (!*end)
            return true;
        if (*end != ',')
            return false;
    }
    return false;
}

bool
bench_options_read(struct bench_options *options, int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "n:l:m:o:")) != -1) {
        if (option == 'n' && atoi(optarg) > 0)
            options->rounds = (unsigned)atoi(optarg);
        else if (option == 'm')
            options->only = optarg;
        else if (option == 'o')
            options->path = optarg;
        else if (option != 'l' || !read_levels(options, optarg))
            return false;
    }
    return optind == argc;
}
