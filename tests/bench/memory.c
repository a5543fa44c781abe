/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel's memory is used for, as /proc/meminfo says it.
 */
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Objects freed by RCU and pages on per-CPU lists come back within it. */
#define SETTLE_US 300000

static void
drop_caches(void)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "3", 1) != 1)
        perror("/proc/sys/vm/drop_caches");
    if (fd >= 0)
        close(fd);
}

struct bench_memory
bench_memory_read(void)
{
    struct bench_memory memory = {0, 0};
    char line[128], name[64];
    double kib;
    FILE *file;

    sync();
    drop_caches();
    usleep(SETTLE_US);
    file = fopen("/proc/meminfo", "re");
    if (!file) {
        perror("/proc/meminfo");
        return memory;
    }
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%63[^:]: %lf", name, &kib) != 2)
            continue;
        if (!strcmp(name, "MemAvailable"))
            memory.available = kib * 1024;
        else if (!strcmp(name, "Slab") || !strcmp(name, "Percpu") || !strcmp(name, "VmallocUsed"))
            memory.kernel += kib * 1024;
    }
    fclose(file);
    return memory;
}
