/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfio-fuzz: threads that do random things to vGPUs. Fails on any answer that should
 * not be, and on one that does not come; whoever runs it looks at the kernel's log
 * as well. One thread a vGPU does the same for the same seed, and its answers are
 * checked closer; threads beyond that share the vGPUs.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 16
#define MAX_VGPUS   8
#define STUCK       60 /* seconds without a call done */
#define RELEASE     "/sys/module/vgpu_test/parameters/release"

static const char usage[] =
    "usage: vfio-fuzz [--seed N] [--operations N] [--threads N] [--only NAME] [--iommufd]\n"
    "                 [--lose] [--leaving] [--times] UUID...\n"
    "--operations is the sum over all threads; --only takes the operations whose name\n"
    "begins so; --iommufd opens by character device; --lose may take the GPU away;\n"
    "--leaving bears that the vGPU is removed meanwhile; --times tells what the operations took\n";

struct options {
    uint64_t seed;
    unsigned long operations;
    unsigned int threads;
    const char *only;
};

static const struct operation *const lists[] = {
    fuzz_info_operations, fuzz_config_operations, fuzz_region_operations, fuzz_irq_operations,
    fuzz_map_operations,  fuzz_dma_operations,    fuzz_engine_operations, fuzz_check_operations};

#define LISTS (sizeof lists / sizeof *lists)

static struct target targets[MAX_VGPUS];
static struct worker workers[MAX_THREADS];
static const char *only;
static bool times;

/* What the operations of one name took, of all threads. */
static struct spent {
    unsigned long count, sum, most; /* microseconds */
} spent[LISTS][24];

static unsigned long
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (unsigned long)at.tv_sec * 1000000 + (unsigned long)at.tv_nsec / 1000;
}

/* Threads may write over each other's maximum: it is to look at, no more. */
static void
account(struct spent *of, unsigned long took)
{
    __atomic_add_fetch(&of->count, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&of->sum, took, __ATOMIC_RELAXED);
    if (took > of->most)
        of->most = took;
}

static void
print_times(void)
{
    for (unsigned int i = 0; i < LISTS; i++)
        for (unsigned int j = 0; lists[i][j].name; j++)
            if (spent[i][j].count)
                printf("%-20s %8lu times, %8.1f us each, %8.1f ms at most\n", lists[i][j].name,
                       spent[i][j].count, (double)spent[i][j].sum / (double)spent[i][j].count,
                       (double)spent[i][j].most / 1e3);
}

static bool
usable(const struct operation *operation, const struct target *target)
{
    return (!operation->can || operation->can(target)) &&
           (!only || !strncmp(operation->name, only, strlen(only)));
}

static unsigned int
sum_weights(const struct target *target)
{
    unsigned int sum = 0;

    for (unsigned int i = 0; i < LISTS; i++)
        for (const struct operation *operation = lists[i]; operation->name; operation++)
            if (usable(operation, target))
                sum += operation->weight;
    return sum;
}

static void
run_operation(struct worker *w, unsigned int list, unsigned int number)
{
    const struct operation *operation = &lists[list][number];
    unsigned long begin = now();

    fuzz_note(w, operation->name, 0, 0, 0);
    fuzz_noted(w, 0);
    operation->run(w);
    account(&spent[list][number], now() - begin);
}

static void
run_one(struct worker *w, unsigned int total)
{
    unsigned int draw = (unsigned int)pick(w, total);

    for (unsigned int i = 0; i < LISTS; i++)
        for (const struct operation *operation = lists[i]; operation->name; operation++) {
            if (!usable(operation, w->target))
                continue;
            if (draw < operation->weight) {
                run_operation(w, i, (unsigned int)(operation - lists[i]));
                return;
            }
            draw -= operation->weight;
        }
}

static void *
work(void *argument)
{
    struct worker *w = argument;
    unsigned int total = sum_weights(w->target);

    w->tid = gettid();
    while (total && w->operations-- && !fuzz_mistakes()) {
        run_one(w, total);
        __atomic_add_fetch(&w->done, 1, __ATOMIC_RELAXED);
    }
    map_drop_all(w);
    __atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
    return NULL;
}

static void
on_fault(int signal)
{
    static const char text[] = "unexpected: a fault where none may be\n";

    if (fuzz_may_fault)
        siglongjmp(fuzz_fault, signal);
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(4);
    for (unsigned int i = 0; i < MAX_THREADS && workers[i].target; i++)
        fuzz_print_notes(&workers[i]);
    _exit(3);
}

/* Where a thread is in the kernel, as far as that tells. */
static void
print_stack(const struct worker *w)
{
    char path[64], text[4096];
    ssize_t length;
    int fd;

    snprintf(path, sizeof path, "/proc/self/task/%d/stack", w->tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (length > 0)
        fprintf(stderr, "its stack:\n%.*s", (int)length, text);
    if (fd >= 0)
        close(fd);
}

static void
release_stalls(void)
{
    int fd = open(RELEASE, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, "1", 1) < 0)
        perror(RELEASE);
    close(fd);
}

/* Prints what hangs, all that is known of it; the end of the program may hang, too. */
static void
give_up(unsigned int threads)
{
    fprintf(stderr, "unexpected: no answer for %d s\n", STUCK);
    for (unsigned int i = 0; i < threads; i++)
        if (!__atomic_load_n(&workers[i].ended, __ATOMIC_ACQUIRE)) {
            fuzz_print_notes(&workers[i]);
            print_stack(&workers[i]);
        }
    _exit(5);
}

/* Waits for the threads; each must get on. A stalled engine is released soon. */
static void
watch(unsigned int threads)
{
    unsigned long seen[MAX_THREADS] = {0};
    unsigned int since[MAX_THREADS] = {0};
    unsigned int left = threads;

    while (left) {
        usleep(100000);
        if (engine_stalled())
            release_stalls();
        left = 0;
        for (unsigned int i = 0; i < threads; i++) {
            if (__atomic_load_n(&workers[i].ended, __ATOMIC_ACQUIRE))
                continue;
            left++;
            if (seen[i] != __atomic_load_n(&workers[i].notes_made, __ATOMIC_RELAXED))
                since[i] = 0;
            else if (++since[i] > STUCK * 10)
                give_up(threads);
            seen[i] = workers[i].notes_made;
        }
    }
}

static unsigned long
sum_done(unsigned int threads)
{
    unsigned long sum = 0;

    while (threads--)
        sum += workers[threads].done;
    return sum;
}

/* What must be so after all that: reset makes the device as new. */
static void
check_after(struct target *target)
{
    if (ioctl(target->dev.fd, VFIO_DEVICE_RESET) < 0 || device_config16(&target->dev, 4) != 0)
        fuzz_wrong(&workers[0], "reset at the end", device_config16(&target->dev, 4), 0);
}

static bool
run(const struct options *options, unsigned int vgpus)
{
    pthread_t ids[MAX_THREADS];
    unsigned long begin;

    for (unsigned int i = 0; i < options->threads; i++) {
        workers[i].target = &targets[i % vgpus];
        workers[i].number = i;
        workers[i].state = options->seed + i * 0x632be59bd9b4e019u;
        workers[i].operations =
            options->operations / options->threads + (i < options->operations % options->threads);
        workers[i].target->users++;
    }
    begin = now();
    for (unsigned int i = 0; i < options->threads; i++)
        if (pthread_create(&ids[i], NULL, work, &workers[i])) {
            perror("pthread_create");
            exit(2);
        }
    watch(options->threads);
    begin = now() - begin;
    for (unsigned int i = 0; i < options->threads; i++)
        pthread_join(ids[i], NULL);
    for (unsigned int i = 0; i < vgpus; i++)
        if (!fuzz_lose)
            check_after(&targets[i]);
    printf("seed %llu, %lu operations, %u threads, %u vGPUs, %.1f s: %u unexpected\n",
           (unsigned long long)options->seed, sum_done(options->threads), options->threads, vgpus,
           (double)begin / 1e6, fuzz_mistakes());
    if (times)
        print_times();
    return !fuzz_mistakes();
}

static bool
read_options(struct options *options, int argc, char **argv)
{
    static const struct option names[] = {{"seed", required_argument, NULL, 's'},
                                          {"operations", required_argument, NULL, 'n'},
                                          {"threads", required_argument, NULL, 't'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"iommufd", no_argument, NULL, 'i'},
                                          {"lose", no_argument, NULL, 'l'},
                                          {"leaving", no_argument, NULL, 'g'},
                                          {"times", no_argument, NULL, 'm'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){(uint64_t)time(NULL) ^ (uint64_t)getpid() << 32, 100000, 0, NULL};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        switch (option) {
        case 's':
            options->seed = strtoull(optarg, NULL, 0);
            break;
        case 'n':
            options->operations = strtoul(optarg, NULL, 0);
            break;
        case 't':
            options->threads = (unsigned int)strtoul(optarg, NULL, 0);
            break;
        case 'o':
            options->only = optarg;
            break;
        case 'i':
            device_use_iommufd();
            break;
        case 'l':
            fuzz_lose = true;
            break;
        case 'g':
            fuzz_leaving = true;
            break;
        case 'm':
            times = true;
            break;
        default:
            return false;
        }
    if (!options->threads)
        options->threads = (unsigned int)(argc - optind);
    return optind < argc && argc - optind <= MAX_VGPUS && options->threads >= 1 &&
           options->threads <= MAX_THREADS;
}

int
main(int argc, char **argv)
{
    struct options options;
    unsigned int vgpus = 0;
    bool good = true;

    if (!read_options(&options, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    only = options.only;
    printf("seed %llu; repeat with: %s --seed %llu --operations %lu --threads %u%s%s%s%s",
           (unsigned long long)options.seed, argv[0], (unsigned long long)options.seed,
           options.operations, options.threads, only ? " --only " : "", only ? only : "",
           device_by_iommufd() ? " --iommufd" : "", fuzz_lose ? " --lose" : "");
    fputs(fuzz_leaving ? " --leaving" : "", stdout);
    for (int i = optind; i < argc; i++)
        printf(" %s", argv[i]);
    putchar('\n');
    fflush(stdout);
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
    for (; good && optind + (int)vgpus < argc; vgpus++)
        good = target_open(&targets[vgpus], argv[optind + (int)vgpus]);
    if (!good)
        return 2;
    if (options.threads < vgpus)
        vgpus = options.threads;
    good = run(&options, vgpus);
    for (unsigned int i = 0; i < MAX_VGPUS && targets[i].uuid; i++)
        target_close(&targets[i]);
    return good ? 0 : 1;
}
