/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench-user: takes the samples. In each round every subject has its turn, another one
 * first each time, so that what disturbs the machine meets all.
 */
#include "user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bench.h"

static const struct operation *const operations[] = {
    &operation_prepare, &operation_ordinary, &operation_restore,
    &operation_list,    &operation_settle,   NULL,
};

static struct bench_options options = {.rounds = 30, .levels = {0}, .level_count = 1};

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

    for (unsigned round = 0; done && round < options.rounds; round++)
        done = run_round(operation, round, level);
    host_put_callout(true);
    return operation->leave(level) && done;
}

static bool
run_all(void)
{
    for (unsigned i = 0; operations[i]; i++) {
        if (options.only && !strstr(operations[i]->name, options.only))
            continue;
        for (unsigned n = 0; n < options.level_count; n++) {
            fprintf(stderr, "%s, %u vGPUs, %u rounds\n", operations[i]->name, options.levels[n],
                    options.rounds);
            if (!run_level(operations[i], options.levels[n]))
                return false;
        }
    }
    return true;
}

static bool
check_room(void)
{
    for (unsigned i = 0; i < options.level_count; i++)
        if (options.levels[i] > host_room()) {
            fprintf(stderr, "%u GPUs take %u vGPUs, which is too few for %u\n", host_gpus(),
                    host_room(), options.levels[i]);
            return false;
        }
    return true;
}

static bool
write_results(void)
{
    char gpus[32];

    snprintf(gpus, sizeof gpus, "\"gpus\": %u, ", host_gpus());
    return bench_store_write(&options, gpus);
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

int
main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--help"))
        return usage(0);
    if (!bench_options_read(&options, argc, argv))
        return usage(2);
    setenv("LC_ALL", "C", 1);
    return host_find() && check_room() && run_all() && write_results() ? 0 : 1;
}
