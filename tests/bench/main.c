/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench: takes the samples. In each round every subject has its turn at every
 * operation, another one first each time, so that what disturbs the machine meets all.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SUBJECTS 8

static struct bench_subject subjects[MAX_SUBJECTS];
static unsigned subject_count;
static struct bench_options options = {.rounds = 30, .least = 1, .levels = {1}, .level_count = 1};

static void
add_subject(const char *name, const struct bench_driver *driver, bool huge)
{
    subjects[subject_count++] =
        (struct bench_subject){.name = name, .driver = driver, .huge = huge};
}

/* Ours must be there; of the samples those that are loaded. */
static bool
find_subjects(void)
{
    for (const struct bench_driver *driver = bench_drivers; driver->name; driver++)
        if (bench_driver_present(driver))
            add_subject(driver->name, driver, false);
    if (!subject_count || subjects[0].driver != &bench_drivers[0]) {
        fprintf(stderr, "there is no GPU \"%s\" with type \"%s\"; load vgpu-simpci and vgpu-soft\n",
                bench_drivers[0].parent, bench_drivers[0].type);
        return false;
    }
    add_subject("limit", NULL, false);
    add_subject("limit, huge pages", NULL, true);
    return true;
}

/* A driver that has no room for so many takes part in smaller numbers only. */
static bool
takes_part(const struct bench_subject *subject, unsigned alive)
{
    return !subject->driver || alive <= subject->driver->most;
}

static bool
set_alive(struct bench_subject *subject, unsigned alive)
{
    while (subject->alive < alive)
        if (!bench_driver_create(subject->driver, subject->alive++))
            return false;
    while (subject->alive > alive)
        if (!bench_driver_remove(subject->driver, --subject->alive))
            return false;
    return true;
}

/* Too few to be seen in what /proc/meminfo says. */
#define MIN_CHANGE 8

/* Brings a driver's vGPUs to a number; the memory that each takes, or gives, is a sample. */
static bool
change_alive(struct bench_subject *subject, unsigned alive)
{
    unsigned old = subject->alive;
    unsigned most = alive > old ? alive : old;
    double change = (double)alive - old;
    struct bench_memory before, after;

    if (alive == old)
        return true;
    before = bench_memory_read();
    if (!set_alive(subject, alive))
        return false;
    after = bench_memory_read();
    if (change < MIN_CHANGE && change > -MIN_CHANGE)
        return true;
    return bench_store_add("idle memory", "KiB", subject->name, most,
                           (before.available - after.available) / change / 1024) &&
           bench_store_add("idle memory, kernel", "KiB", subject->name, most,
                           (after.kernel - before.kernel) / change / 1024);
}

static bool
run_measure(const struct bench_measure *measure, unsigned round, unsigned alive)
{
    for (unsigned i = 0; i < subject_count; i++) {
        struct bench_subject *subject = &subjects[(i + round) % subject_count];
        double value;

        if (!takes_part(subject, alive) || !measure->offers(subject))
            continue;
        if (options.only && !strstr(measure->name, options.only))
            continue;
        value = bench_measure_run(measure, subject);
        if (value < 0 ||
            !bench_store_add(measure->name, measure->unit, subject->name, alive, value))
            return false;
    }
    return true;
}

static bool
for_each_subject(unsigned alive, bool (*call)(struct bench_subject *subject))
{
    for (unsigned i = 0; i < subject_count; i++)
        if (takes_part(&subjects[i], alive) && !call(&subjects[i]))
            return false;
    return true;
}

static bool
close_subject(struct bench_subject *subject)
{
    bench_subject_close(subject);
    return true;
}

static bool
run_round(unsigned round, unsigned alive)
{
    const struct bench_measure *measure;

    if (!for_each_subject(alive, bench_subject_open))
        return false;
    for (measure = bench_measures; measure->closed; measure++)
        if (!run_measure(measure, round, alive))
            return false;
    for_each_subject(alive, close_subject);
    if (!for_each_subject(alive, bench_subject_open))
        return false;
    for (; measure->name; measure++)
        if (!run_measure(measure, round, alive))
            return false;
    return for_each_subject(alive, close_subject);
}

static bool
run_level(unsigned alive)
{
    for (unsigned i = 0; i < subject_count; i++)
        if (subjects[i].driver && takes_part(&subjects[i], alive) &&
            !change_alive(&subjects[i], alive))
            return false;
    for (unsigned round = 0; round < options.rounds; round++)
        if (!run_round(round, alive))
            return false;
    return true;
}

static bool
run_all(void)
{
    for (unsigned i = 0; i < options.level_count; i++) {
        fprintf(stderr, "%u vGPU%s of each driver\n", options.levels[i],
                options.levels[i] == 1 ? "" : "s");
        if (!run_level(options.levels[i]))
            return false;
    }
    return true;
}

static int
usage(int status)
{
    fprintf(status ? stderr : stdout,
            "Usage: vgpu-bench [-n ROUNDS] [-l LEVEL,...] [-m WORD] [-o FILE]\n"
            "\n"
            "Measures what operations on a vGPU cost, ours and those of the sample drivers\n"
            "that are loaded, with LEVEL vGPUs of each driver alive; a level may be given\n"
            "more than once; with -m only what has WORD in its name. Writes the samples as JSON to "
            "FILE, or standard output.\n");
    return status;
}

int
main(int argc, char **argv)
{
    bool done;

    if (argc == 2 && !strcmp(argv[1], "--help"))
        return usage(0);
    if (!bench_options_read(&options, argc, argv))
        return usage(2);
    if (!find_subjects())
        return 1;
    done = run_all() && bench_store_write(&options, "");
    for (unsigned i = 0; i < subject_count; i++) {
        if (!done)
            bench_subject_close(&subjects[i]);
        if (subjects[i].driver)
            set_alive(&subjects[i], 0);
    }
    return done ? 0 : 1;
}
