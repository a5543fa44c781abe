/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench-user: takes the samples. In each round every subject has its turn, another one
 * first each time, so that what disturbs the machine meets all.
 */
#include "user.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../bench.h"

#define MAX_LEVELS 16

static const struct operation *const operations[] = {
    &operation_prepare, &operation_ordinary, &operation_restore,
    &operation_list,    &operation_settle,   NULL,
};

static unsigned rounds = 30;
static unsigned levels[MAX_LEVELS];
static unsigned level_count = 1;
static const char *only;

static bool
put_callout(const struct subject *subject, unsigned level, bool before)
{
    if (subject->callout == CALLOUT_ATTRIBUTE && !host_set_attribute(level, before))
        return false;
    return !before || host_put_callout(subject->callout != CALLOUT_AWAY);
}

static bool
take_sample(const struct operation *operation, const struct subject *subject, unsigned level)
{
    double value = 0;

    if (!put_callout(subject, level, true) || !subject->run(level, &value) ||
        !operation->check(level) || !operation->undo(level) || !put_callout(subject, level, false))
        return false;
    if (!strcmp(operation->unit, "s"))
        value /= 1000;
    return bench_store_add(operation->name, operation->unit, subject->name, level, value);
}

static unsigned
count_subjects(const struct operation *operation)
{
    unsigned count = 0;

    while (operation->subjects[count].name)
        count++;
    return count;
}

static bool
run_round(const struct operation *operation, unsigned round, unsigned level)
{
    unsigned count = count_subjects(operation);

    for (unsigned i = 0; i < count; i++) {
        const struct subject *subject = &operation->subjects[(i + round) % count];

        if (subject->most && level > subject->most)
            continue;
        if (!take_sample(operation, subject, level)) {
            fprintf(stderr, "%s, %s, %u: not measured\n", operation->name, subject->name, level);
            return false;
        }
    }
    return true;
}

static bool
run_level(const struct operation *operation, unsigned level)
{
    bool done = operation->enter(level);

    for (unsigned round = 0; done && round < rounds; round++)
        done = run_round(operation, round, level);
    host_put_callout(true);
    return operation->leave(level) && done;
}

static bool
run_all(void)
{
    for (unsigned i = 0; operations[i]; i++) {
        if (only && !strstr(operations[i]->name, only))
            continue;
        for (unsigned n = 0; n < level_count; n++) {
            fprintf(stderr, "%s, %u vGPUs, %u rounds\n", operations[i]->name, levels[n], rounds);
            if (!run_level(operations[i], levels[n]))
                return false;
        }
    }
    return true;
}

static bool
read_levels(const char *text)
{
    char *end;

    for (level_count = 0; level_count < MAX_LEVELS; text = end + 1) {
        unsigned long level = strtoul(text, &end, 10);

        if (end == text || level >= 1u << 16)
            return false;
        levels[level_count++] = (unsigned)level;
        if (!*end)
            return true;
        if (*end != ',')
            return false;
    }
    return false;
}

static bool
check_room(void)
{
    for (unsigned i = 0; i < level_count; i++)
        if (levels[i] > host_room()) {
            fprintf(stderr, "%u GPUs take %u vGPUs, which is too few for %u\n", host_gpus(),
                    host_room(), levels[i]);
            return false;
        }
    return true;
}

static bool
write_results(const char *path)
{
    FILE *file = path ? fopen(path, "we") : stdout;
    struct utsname name;
    char meta[512];
    bool done;

    if (!file) {
        perror(path);
        return false;
    }
    uname(&name);
    snprintf(meta, sizeof meta,
             "\"format\": 1, \"kernel\": \"%s\", \"processors\": %ld, \"gpus\": %u, \"rounds\": %u",
             name.release, sysconf(_SC_NPROCESSORS_ONLN), host_gpus(), rounds);
    done = bench_store_write(file, meta);
    if (fclose(file) || !done) {
        perror("cannot write the results");
        return false;
    }
    return true;
}

static int
usage(int status)
{
    fprintf(status ? stderr : stdout,
            "Usage: vgpu-bench-user [-n ROUNDS] [-l LEVEL,...] [-m WORD] [-o FILE]\n"
            "\n"
            "Measures what our programs cost, beside others that do the same, with LEVEL vGPUs;\n"
            "with -m only what has WORD in its name: prepare, ordinary domain, restore, list,\n"
            "libvirt settles. Wants our GPUs and mdevctl to be without vGPUs and definitions.\n"
            "Writes the samples as JSON to FILE, or standard output.\n");
    return status;
}

static bool
read_options(int argc, char **argv, const char **path)
{
    int option;

    while ((option = getopt(argc, argv, "n:l:m:o:")) != -1) {
        if (option == 'n' && atoi(optarg) > 0)
            rounds = (unsigned)atoi(optarg);
        else if (option == 'm')
            only = optarg;
        else if (option == 'o')
            *path = optarg;
        else if (option != 'l' || !read_levels(optarg))
            return false;
    }
    return optind == argc;
}

int
main(int argc, char **argv)
{
    const char *path = NULL;

    if (argc == 2 && !strcmp(argv[1], "--help"))
        return usage(0);
    if (!read_options(argc, argv, &path))
        return usage(2);
    setenv("LC_ALL", "C", 1);
    return host_find() && check_room() && run_all() && write_results(path) ? 0 : 1;
}
