/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.c - locks between processes: bytes of one file, by fcntl(2)'s locks of open file
 * descriptions. So no file is left for each vGPU that there ever was.
 */
#include "lock.h"

#include "error.h"
#include "parent.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 2
#define PAUSE_MOST_MS  50

struct _VgpuLock {
    int fd;
    gboolean waited;
    GArray *taken; /* (element-type off_t): the bytes */
};

/* The file that locks are taken in, one more than its number; 0 if each opens it anew. */
static int shared;

/* Files of the locks of vGPUs that are held, each one more than its number; 0 is none. */
static int held[VGPU_LOCK_FILES_MAX];

/* Puts @now in the place of @before. */
static void
set_held(int before, int now)
{
    for (guint i = 0; i < G_N_ELEMENTS(held); i++)
        if (g_atomic_int_compare_and_exchange(&held[i], before, now))
            return;
}

guint
vgpu_lock_get_files(int *files)
{
    guint count = 0;

    for (guint i = 0; i < G_N_ELEMENTS(held); i++) {
        int file = g_atomic_int_get(&held[i]) - 1;
        if (file >= 0)
            files[count++] = file;
    }
    return count;
}

/*
 * What is locked, and where in the file: at @at the lock itself, in the byte after it who is next.
 * Who waits looks again after a pause, so whoever lets go and takes the lock again at once
 * (restore, one vGPU after the other) would always be first. Hence the second byte: who has just
 * let go of the first has to wait for it.
 */
typedef struct {
    const char *kind;
    const char *name;
    off_t at;
} Place;

/* FNV-1a. Two names with one place cost a wait, and with 62 bits that is a theory. */
static Place
place_of(const char *kind, const char *name)
{
    guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

    for (const char *p = kind; *p; p++)
        hash = (hash ^ (guint8)*p) * G_GUINT64_CONSTANT(0x100000001b3);
    for (const char *p = name; *p; p++)
        hash = (hash ^ (guint8)*p) * G_GUINT64_CONSTANT(0x100000001b3);
    return (Place){.kind = kind, .name = name, .at = (off_t)(hash >> 2) * 2};
}

static int
compare_places(gconstpointer first, gconstpointer second)
{
    const Place *a = first, *b = second;

    return a->at == b->at ? 0 : a->at < b->at ? -1 : 1;
}

int
vgpu_lock_open(const VgpuRoot *root, GError **error)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_STATE, error, VGPU_LOCK_FILE, NULL);

    if (!path || !vgpu_root_make_state_dir(root, error))
        return -1;
    /* 0600: whoever can open it could hold any lock for ever */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        vgpu_error_set_errno(error, errno, "cannot open the lock file '%s'", path);
    return fd;
}

void
vgpu_lock_share(int file)
{
    shared = file + 1;
}

static int
set_lock(int fd, short type, off_t start, off_t length)
{
    struct flock lock = {
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = start,
        .l_len = length,
    };
    int result;

    do {
        result = fcntl(fd, F_OFD_SETLK, &lock);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

/* fcntl has no time limit of its own, and a signal for one would be the caller's business */
static gboolean
take_byte(VgpuLock *lock, const Place *place, off_t at, const VgpuDeadline *deadline,
          GError **error)
{
    guint pause = PAUSE_FIRST_MS;
    int err;

    while ((err = set_lock(lock->fd, F_WRLCK, at, 1)) == EAGAIN) {
        lock->waited = TRUE;
        if (!vgpu_deadline_pause(deadline, pause)) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT,
                        "time is up while waiting for the lock of %s '%s', which another process "
                        "holds",
                        place->kind, place->name);
            return FALSE;
        }
        pause = MIN(pause * 2, PAUSE_MOST_MS);
    }
    if (err)
        vgpu_error_set_errno(error, err, "cannot take the lock of %s '%s'", place->kind,
                             place->name);
    return err == 0;
}

void
vgpu_lock_close(int file)
{
    set_lock(file, F_UNLCK, 0, 0);
    close(file);
}

static gboolean
take(VgpuLock *lock, const Place *place, const VgpuDeadline *deadline, GError **error)
{
    /* mostly nobody has either */
    int err = set_lock(lock->fd, F_WRLCK, place->at, 2);
    gboolean taken = !err || (take_byte(lock, place, place->at + 1, deadline, error) &&
                              take_byte(lock, place, place->at, deadline, error));

    lock->waited |= err == EAGAIN;
    set_lock(lock->fd, F_UNLCK, place->at + 1, 1);
    if (taken)
        g_array_append_val(lock->taken, place->at);
    return taken;
}

/* @places in order */
static VgpuLock *
take_all(const VgpuRoot *root, const Place *places, guint count, const VgpuDeadline *deadline,
         GError **error)
{
    g_autoptr(VgpuLock) lock = g_new0(VgpuLock, 1);

    lock->taken = g_array_new(FALSE, FALSE, sizeof(off_t));
    lock->fd = shared ? shared - 1 : vgpu_lock_open(root, error);
    for (guint i = 0; lock->fd >= 0 && i < count; i++)
        if ((i == 0 || places[i].at != places[i - 1].at) &&
            !take(lock, &places[i], deadline, error))
            return NULL;
    return lock->fd >= 0 ? g_steal_pointer(&lock) : NULL;
}

static VgpuLock *
take_vgpus(const VgpuRoot *root, const Place *places, guint count, const VgpuDeadline *deadline,
           GError **error)
{
    VgpuLock *lock = take_all(root, places, count, deadline, error);

    /* no other process is to have what this one shares already */
    if (lock && !shared)
        set_held(0, lock->fd + 1);
    return lock;
}

VgpuLock *
vgpu_lock_vgpu(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline, GError **error)
{
    Place place = place_of("vGPU", id);

    return take_vgpus(root, &place, 1, deadline, error);
}

VgpuLock *
vgpu_lock_parent(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                 GError **error)
{
    g_autofree char *gpu = vgpu_parent_gpu(root, name);
    Place place = place_of("GPU", gpu);

    return take_all(root, &place, 1, deadline, error);
}

VgpuLock *
vgpu_lock_attach(const VgpuRoot *root, const VgpuDeadline *deadline, GError **error)
{
    Place place = place_of("command", "attach");

    return take_all(root, &place, 1, deadline, error);
}

VgpuLock *
vgpu_lock_vgpus(const VgpuRoot *root, const GPtrArray *ids, const VgpuDeadline *deadline,
                GError **error)
{
    g_autoptr(GArray) places = g_array_sized_new(FALSE, FALSE, sizeof(Place), ids->len);

    for (guint i = 0; i < ids->len; i++) {
        Place place = place_of("vGPU", ids->pdata[i]);
        g_array_append_val(places, place);
    }
    g_array_sort(places, compare_places);
    return take_vgpus(root, (const Place *)(const void *)places->data, places->len, deadline,
                      error);
}

gboolean
vgpu_lock_waited(const VgpuLock *lock)
{
    return lock->waited;
}

void
vgpu_lock_release(VgpuLock *lock)
{
    if (!lock)
        return;
    if (!shared)
        set_held(lock->fd + 1, 0);
    /* by word and not by close alone: others may have the open file, with locks of their own */
    for (guint i = 0; i < lock->taken->len; i++)
        set_lock(lock->fd, F_UNLCK, g_array_index(lock->taken, off_t, i), 1);
    if (lock->fd >= 0 && !shared)
        close(lock->fd);
    g_array_unref(lock->taken);
    g_free(lock);
}
