/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The samples, a series for each operation, subject and number of vGPUs alive, in the
 * order they were taken: sample N of two subjects was taken in the same round.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

struct series {
    const char *measure, *unit, *subject;
    unsigned alive;
    double *values;
    size_t count;
};

static struct series *all;
static size_t all_count;

static struct series *
find(const char *measure, const char *unit, const char *subject, unsigned alive)
{
    struct series *more;

    for (size_t i = 0; i < all_count; i++)
        if (all[i].alive == alive && !strcmp(all[i].measure, measure) &&
            !strcmp(all[i].subject, subject))
            return &all[i];
    more = realloc(all, (all_count + 1) * sizeof *all);
    if (!more)
        return NULL;
    all = more;
    all[all_count] = (struct series){measure, unit, subject, alive, NULL, 0};
    return &all[all_count++];
}

bool
bench_store_add(const char *measure, const char *unit, const char *subject, unsigned alive,
                double value)
{
    struct series *series = find(measure, unit, subject, alive);
    double *more = series ? realloc(series->values, (series->count + 1) * sizeof *more) : NULL;

    if (!more) {
        fprintf(stderr, "out of memory\n");
        return false;
    }
    series->values = more;
    series->values[series->count++] = value;
    return true;
}

static bool
write_series(FILE *file)
{
    for (size_t i = 0; i < all_count; i++) {
        const struct series *s = &all[i];

        fprintf(file,
                "{\"measure\": \"%s\", \"unit\": \"%s\", \"subject\": \"%s\", \"alive\": %u, "
                "\"values\": [",
                s->measure, s->unit, s->subject, s->alive);
        for (size_t n = 0; n < s->count; n++)
            fprintf(file, "%s%.6g", n ? ", " : "", s->values[n]);
        fprintf(file, "]}%s\n", i + 1 < all_count ? "," : "");
    }
    fprintf(file, "]}\n");
    return !ferror(file);
}

bool
bench_store_write(const struct bench_options *options, const char *more)
{
    FILE *file = options->path ? fopen(options->path, "we") : stdout;
    struct utsname name;
    bool done;

    if (!file) {
        perror(options->path);
        return false;
    }
    uname(&name);
    fprintf(file,
            "{\"format\": 1, \"kernel\": \"%s\", \"processors\": %ld, %s\"rounds\": %u,\n"
            "\"series\": [\n",
            name.release, sysconf(_SC_NPROCESSORS_ONLN), more, options->rounds);
    done = write_series(file);
    if (fclose(file) || !done) {
        perror("cannot write the results");
        return false;
    }
    return true;
}
