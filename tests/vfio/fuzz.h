/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random operations on vGPUs: what the threads of vfio-fuzz share, and the
 * operations by concern.
 */
#ifndef VFIO_FUZZ_H
#define VFIO_FUZZ_H

#define _GNU_SOURCE

#include "device.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/types.h>

#define PAGE 4096ul

/* A place in the device's file: how the front end splits it is the uAPI's secret. */
#define PLACE(target, index, at) ((off_t)((target)->regions[index].position + (uint64_t)(at)))

#define FUZZ_REGIONS  16
#define FUZZ_AREAS    16
#define FUZZ_EVENTFDS 16
#define FUZZ_NOTES    64
#define FUZZ_MAPS     4

/* Guest memory: slots at iova slot * SLOT_SIZE, each over a part of the arena. */
#define SLOTS      32u
#define SLOT_SIZE  (16 * PAGE)
#define ARENA_SIZE (SLOTS * SLOT_SIZE)

/** enum fuzz_kind: whose vGPU it is, by its PCI ids */
enum fuzz_kind {
    FUZZ_OTHER,
    FUZZ_SOFT,
    FUZZ_ENGINE,
};

/** struct fuzz_region: a region as GET_REGION_INFO says */
struct fuzz_region {
    uint64_t position;
    uint64_t size;
    uint32_t flags;
    unsigned int areas; /* those that map; 0 if it does not */
    struct {
        uint64_t offset, size;
    } area[FUZZ_AREAS];
};

/**
 * struct target: one vGPU, fixed while threads run but for @dev and @mapped, which
 * only the one thread of a vGPU that has one changes
 */
struct target {
    const char *uuid;
    struct device dev;
    enum fuzz_kind kind;
    uint32_t ids;
    unsigned int region_count;
    struct fuzz_region regions[FUZZ_REGIONS];
    uint32_t irq_counts[VFIO_PCI_NUM_IRQS];
    uint32_t pm, msi, msix, pcie; /* where the capability is, or 0 */
    unsigned int msix_bar;
    uint32_t msix_table, msix_pba;
    int memory;  /* BAR with mappable memory, or -1 */
    int control; /* BAR with registers, or -1 */
    int console; /* region of the display, or -1 */
    int edid;    /* region of the EDID, or -1 */
    uint8_t *arena;
    int eventfds[FUZZ_EVENTFDS];
    unsigned int users; /* threads */
    bool mapped[SLOTS]; /* true if the slot is mapped, where one thread uses it */
};

/** struct note: an operation as it is told after a failure */
struct note {
    unsigned long operation;
    const char *what;
    uint64_t a, b, c;
    long result;
    int error;
    bool done;
};

/** struct fuzz_map: a mapping of a thread that outlives an operation */
struct fuzz_map {
    uint8_t *at;
    size_t size;
    unsigned int region;
    uint64_t offset;
};

/** struct worker: one thread; @done and @ended are read by the watchdog */
struct worker {
    struct target *target;
    unsigned int number;
    int tid;
    uint64_t state;
    unsigned long operations;
    unsigned long done;
    bool ended;
    unsigned long notes_made;
    struct note notes[FUZZ_NOTES];
    struct fuzz_map maps[FUZZ_MAPS];
};

/** struct operation: something a thread may do; @can says on which vGPUs, NULL for all */
struct operation {
    const char *name;
    void (*run)(struct worker *w);
    unsigned int weight;
    bool (*can)(const struct target *target);
};

/* fuzz-log.c */

/** fuzz_note: an operation begins; @what is kept, not copied */
void fuzz_note(struct worker *w, const char *what, uint64_t a, uint64_t b, uint64_t c);

/** fuzz_noted: it ended with @result and errno; returns @result */
long fuzz_noted(struct worker *w, long result);

/** fuzz_print_notes: the last operations of a thread, on stderr */
void fuzz_print_notes(const struct worker *w);

/** fuzz_wrong: says what should not have been, with errno; every thread ends then */
void fuzz_wrong(struct worker *w, const char *what, uint64_t a, uint64_t b);

/** fuzz_mistakes: how often fuzz_wrong() was called */
unsigned int fuzz_mistakes(void);

/** fuzz_judge: fuzz_wrong() if @result is an error that is none of @allowed, which 0 ends */
void fuzz_judge(struct worker *w, const char *what, long result, const int *allowed);

/** pick: a random number below @bound, or of 64 bits for 0 */
uint64_t pick(struct worker *w, uint64_t bound);

/** pick_odd: a number as programs get them wrong: small, near a power of two, or any */
uint64_t pick_odd(struct worker *w);

/** chance: true once in @times */
bool chance(struct worker *w, unsigned int times);

/* System calls, noted. */
long fuzz_read(struct worker *w, void *buf, size_t count, off_t place);
long fuzz_write(struct worker *w, const void *buf, size_t count, off_t place);
long fuzz_ioctl(struct worker *w, const char *what, int fd, unsigned long request, void *argument,
                uint64_t a, uint64_t b);

/* fuzz-target.c */

/** target_open: opens the vGPU and looks at what it has; says what fails */
bool target_open(struct target *target, const char *uuid);

/** target_close: undoes target_open() */
void target_close(struct target *target);

/** target_attach: opens the descriptors anew, after device_close() */
bool target_attach(struct target *target);

/** alone: whether this thread is the only one of its vGPU, so that answers are certain */
static inline bool
alone(const struct worker *w)
{
    return w->target->users == 1;
}

/* Registers of config space and of BARs, for sequences that mean something. */
uint32_t config_get(struct worker *w, uint32_t at, unsigned int size);
void config_set(struct worker *w, uint32_t at, unsigned int size, uint32_t value);

/** config_enable: COMMAND with memory, I/O and bus mastering, power state D0 */
void config_enable(struct worker *w);

/* fuzz-map.c */

/*
 * Where a fault of this thread goes while it touches what may fault; other faults
 * end the program.
 */
extern __thread sigjmp_buf fuzz_fault;
extern __thread volatile sig_atomic_t fuzz_may_fault;

/** touch: reads, and for @write writes, a byte of a mapping; false if that faults */
bool touch(volatile uint8_t *at, bool write);

/** map_drop_all: gives up what the thread has mapped */
void map_drop_all(struct worker *w);

/* fuzz-dma.c */

/** dma_map, dma_unmap: a range of the guest's memory; -1 with errno */
long dma_map(struct worker *w, uint64_t iova, const void *memory, uint64_t size);
long dma_unmap(struct worker *w, uint64_t iova, uint64_t size);

/* fuzz-engine.c */

/** engine_stalled: true once after a thread stalled the engine, who must be released */
bool engine_stalled(void);

/** fuzz_lose: whether operations may take the GPU away, which ends what can be done */
extern bool fuzz_lose;

/** fuzz_leaving: whether the vGPU may be removed meanwhile, so that it opens no more */
extern bool fuzz_leaving;

/* What there is to do; each list ends with a NULL name. */
extern const struct operation fuzz_info_operations[];
extern const struct operation fuzz_config_operations[];
extern const struct operation fuzz_region_operations[];
extern const struct operation fuzz_irq_operations[];
extern const struct operation fuzz_map_operations[];
extern const struct operation fuzz_dma_operations[];
extern const struct operation fuzz_engine_operations[];
extern const struct operation fuzz_check_operations[];

#endif
