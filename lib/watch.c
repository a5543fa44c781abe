/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c - the kernel's events, inotify and the clock, as one signal to look again.
 */
#include "watch.h"

#include "error.h"
#include "file.h"
#include "record.h"

#include <glib-unix.h>

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

/* What belongs together comes within that time: a device and its driver, a file and its folder. */
#define SETTLE_MS 50

/* Of the multicast groups of NETLINK_KOBJECT_UEVENT; the other is udev's. */
#define KERNEL_GROUP 1

#define MESSAGE_MAX   8192
#define FOLDER_EVENTS (IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO)

struct _VgpuWatch {
    const VgpuRoot *root;
    VgpuWatchFunc func;
    gpointer user_data;
    int kernel;  /* socket, -1 for none */
    int folders; /* inotify */
    /* watch descriptor of a folder: name of the one entry that is waited for, "" for all */
    GHashTable *waiting;
    guint sources[3];
    guint settling; /* source, 0 if nothing has happened */
};

gboolean
vgpu_watch_concerns(const char *message, gsize length)
{
    const char *end = message + length;

    for (const char *at = message; at < end; at += strnlen(at, end - at) + 1) {
        g_autofree char *line = g_strndup(at, end - at);
        if (g_str_equal(line, "SUBSYSTEM=mdev") || g_str_equal(line, "SUBSYSTEM=pci") ||
            g_str_has_prefix(line, "MDEV_STATE="))
            return TRUE;
    }
    return FALSE;
}

/* One folder may be where several things are to appear. */
static void
wait_for(VgpuWatch *watch, int descriptor, const char *name)
{
    gpointer key = GINT_TO_POINTER(descriptor);
    const char *other = g_hash_table_lookup(watch->waiting, key);

    g_hash_table_insert(watch->waiting, key,
                        g_strdup(!other || g_str_equal(other, name) ? name : ""));
}

/* If @path is not there, its next part is waited for in what is. Returns TRUE if it is. */
static gboolean
watch_folder(VgpuWatch *watch, const char *path, const char *name)
{
    int descriptor = inotify_add_watch(watch->folders, path, FOLDER_EVENTS | IN_ONLYDIR);

    if (descriptor >= 0) {
        wait_for(watch, descriptor, name);
        return TRUE;
    }
    if (!g_str_equal(path, "/")) {
        g_autofree char *above = g_path_get_dirname(path);
        g_autofree char *last = g_path_get_basename(path);
        watch_folder(watch, above, last);
    }
    return FALSE;
}

/* A folder of definitions has one for each parent. */
static void
watch_definitions(VgpuWatch *watch, VgpuDir dir)
{
    g_autofree char *path = vgpu_root_dir(watch->root, dir);
    g_autoptr(GPtrArray) parents =
        watch_folder(watch, path, "") ? vgpu_file_list(path, NULL) : NULL;

    for (guint i = 0; parents && i < parents->len; i++) {
        g_autofree char *folder = g_build_filename(path, parents->pdata[i], NULL);
        watch_folder(watch, folder, "");
    }
}

/* Folders come and go: those that are of no use any more are let go. */
static void
watch_folders(VgpuWatch *watch)
{
    g_autoptr(GHashTable) before = g_steal_pointer(&watch->waiting);
    g_autofree char *records = vgpu_record_folder(watch->root);
    GHashTableIter iter;
    gpointer descriptor;

    watch->waiting = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    watch_folder(watch, records, "");
    watch_definitions(watch, VGPU_DIR_DEFINITIONS);
    watch_definitions(watch, VGPU_DIR_VF_DEFINITIONS);
    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &descriptor, NULL))
        if (!g_hash_table_contains(watch->waiting, descriptor))
            inotify_rm_watch(watch->folders, GPOINTER_TO_INT(descriptor));
}

/* First the folders, then the look: what comes between the two is seen by both. */
static gboolean
look(gpointer user_data)
{
    VgpuWatch *watch = user_data;

    watch_folders(watch);
    watch->func(watch->user_data);
    return G_SOURCE_CONTINUE;
}

static gboolean
settled(gpointer user_data)
{
    VgpuWatch *watch = user_data;

    watch->settling = 0;
    look(watch);
    return G_SOURCE_REMOVE;
}

static void
wake(VgpuWatch *watch)
{
    if (!watch->settling)
        watch->settling = g_timeout_add(SETTLE_MS, settled, watch);
}

/* Takes one event off the socket; FALSE if there is none. Only the kernel's own count. */
static gboolean
take_event(VgpuWatch *watch)
{
    char message[MESSAGE_MAX];
    struct sockaddr_nl sender = {0};
    socklen_t size = sizeof(sender);
    ssize_t got =
        recvfrom(watch->kernel, message, sizeof(message), 0, (struct sockaddr *)&sender, &size);

    if (got < 0) {
        /* ENOBUFS: some were lost, whichever */
        if (errno == ENOBUFS)
            wake(watch);
        return errno == EINTR || errno == ENOBUFS;
    }
    if (sender.nl_pid == 0 && vgpu_watch_concerns(message, (gsize)got))
        wake(watch);
    return TRUE;
}

static gboolean
on_kernel(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    while (take_event(user_data))
        ;
    return G_SOURCE_CONTINUE;
}

/* Temporary files start with a dot. */
static gboolean
is_awaited(const VgpuWatch *watch, const struct inotify_event *event)
{
    const char *wanted = g_hash_table_lookup(watch->waiting, GINT_TO_POINTER(event->wd));
    const char *name = event->len ? event->name : "";

    if (event->mask & (IN_IGNORED | IN_Q_OVERFLOW))
        return TRUE;
    return wanted && name[0] != '.' && (!wanted[0] || g_str_equal(wanted, name));
}

static gboolean
on_folder(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    VgpuWatch *watch = user_data;
    char buffer[MESSAGE_MAX] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t got;

    while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
        for (char *at = buffer; at < buffer + got;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            if (is_awaited(watch, event))
                wake(watch);
            at += sizeof(*event) + event->len;
        }
    }
    return G_SOURCE_CONTINUE;
}

static int
open_kernel(const VgpuRoot *root)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
    int fd;

    if (vgpu_root_is_mock(root))
        return -1;
    fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

VgpuWatch *
vgpu_watch_new(const VgpuRoot *root, guint seconds, VgpuWatchFunc func, gpointer user_data,
               GError **error)
{
    g_autoptr(VgpuWatch) watch = g_new0(VgpuWatch, 1);

    watch->root = root;
    watch->func = func;
    watch->user_data = user_data;
    watch->waiting = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    watch->kernel = open_kernel(root);
    watch->folders = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->folders < 0) {
        vgpu_error_set_errno(error, errno, "cannot watch folders");
        return NULL;
    }
    watch_folders(watch);
    watch->sources[0] = g_unix_fd_add(watch->folders, G_IO_IN, on_folder, watch);
    watch->sources[1] = g_timeout_add_seconds(seconds, look, watch);
    if (watch->kernel >= 0)
        watch->sources[2] = g_unix_fd_add(watch->kernel, G_IO_IN, on_kernel, watch);
    return g_steal_pointer(&watch);
}

void
vgpu_watch_free(VgpuWatch *watch)
{
    if (!watch)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(watch->sources); i++)
        g_clear_handle_id(&watch->sources[i], g_source_remove);
    g_clear_handle_id(&watch->settling, g_source_remove);
    if (watch->kernel >= 0)
        close(watch->kernel);
    if (watch->folders >= 0)
        close(watch->folders);
    g_hash_table_unref(watch->waiting);
    g_free(watch);
}
