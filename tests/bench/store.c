/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The samples, a series for each operation, subject and number of vGPUs alive, in the
 * order they were taken: sample N of two subjects was taken in the same round.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

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

bool
bench_store_write(FILE *file, const char *meta)
{
    fprintf(file, "{%s,\n\"series\": [\n", meta);
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
