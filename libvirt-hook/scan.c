/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scan.c - a first look at the bytes of a domain's XML: might it concern us? Needs
 * libc only and parses nothing.
 */
#include "scan.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAMESPACE   "urn:openvgpu:domain:"
#define UUID_LENGTH 36
#define RECORDS     "/run/openvgpu/vgpus"
#define RECORD_MAX  65536

_Static_assert(sizeof(NAMESPACE) - 2 <= SCAN_TAIL, "the tail is too short for the namespace");

static bool
holds(const char *data, size_t length, const char *word)
{
    return memmem(data, length, word, strlen(word)) != NULL;
}

static void
look(struct scan *scan, const char *data, size_t length)
{
    scan->asks = scan->asks || holds(data, length, NAMESPACE);
    scan->mdev = scan->mdev || holds(data, length, "'mdev'") || holds(data, length, "\"mdev\"");
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void
scan_feed(struct scan *scan, const char *data, size_t length)
{
    char seam[2 * SCAN_TAIL];
    size_t head = smaller(length, SCAN_TAIL);
    size_t joined = scan->tail_length + head;

    memcpy(seam, scan->tail, scan->tail_length);
    memcpy(seam + scan->tail_length, data, head);
    look(scan, seam, joined);
    look(scan, data, length);
    if (length >= SCAN_TAIL) {
        memcpy(scan->tail, data + length - SCAN_TAIL, SCAN_TAIL);
        scan->tail_length = SCAN_TAIL;
    } else {
        size_t keep = smaller(joined, SCAN_TAIL);

        memcpy(scan->tail, seam + joined - keep, keep);
        scan->tail_length = keep;
    }
}

static bool
is_uuid(const char *text)
{
    for (int i = 0; i < UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return true;
}

void
scan_uuid(const char *xml, size_t length, char uuid[37])
{
    static const char tag[] = "<uuid>";
    const char *found = length ? memmem(xml, length, tag, strlen(tag)) : NULL;
    const char *text = found ? found + strlen(tag) : NULL;

    uuid[0] = '\0';
    if (!text || (size_t)(xml + length - text) < UUID_LENGTH || !is_uuid(text))
        return;
    for (int i = 0; i < UUID_LENGTH; i++)
        uuid[i] = (char)tolower((unsigned char)text[i]);
    uuid[UUID_LENGTH] = '\0';
}

/* Regular files only, without waiting for anything: a FIFO there must hold up no guest. */
static bool
file_holds(int folder, const char *name, const char *uuid)
{
    char text[RECORD_MAX];
    ssize_t length;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return false;
    length = read(fd, text, sizeof(text));
    close(fd);
    return length > 0 && holds(text, (size_t)length, uuid);
}

bool
scan_records(const char *root, const char *uuid)
{
    char path[PATH_MAX];
    bool found = false;
    struct dirent *entry;
    DIR *folder;

    if (!uuid[0] || (size_t)snprintf(path, sizeof(path), "%s%s", root, RECORDS) >= sizeof(path))
        return false;
    folder = opendir(path);
    if (!folder)
        return false;
    while (!found && (entry = readdir(folder)))
        found = entry->d_name[0] != '.' && file_holds(dirfd(folder), entry->d_name, uuid);
    closedir(folder);
    return found;
}
