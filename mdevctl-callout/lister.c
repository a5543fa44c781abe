/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lister.c - whether it is "mdevctl list" that asks, and in vain.
 *
 * mdevctl (1.3 and later) asks once what a script can do for a parent and type, and then, to
 * list them, runs it for the attributes of each vGPU, unless it said that it can't tell them.
 * Running even an empty program costs mdevctl ten times what else it does for a vGPU, and
 * libvirt lists all of them for each that comes or goes. Who defines a vGPU needs the answer, so
 * it must be a list that asks.
 */
#include "lister.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attribute.h"

/* Enough for a path and the word after it. */
#define ARGUMENTS_MOST (PATH_MAX + 64)

static bool
is_list(const char *program, const char *first)
{
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;

    return strcmp(name, "lsmdev") == 0 ||
           (strcmp(name, "mdevctl") == 0 && strcmp(first, "list") == 0);
}

/* Each of its arguments ends in a NUL; proc(5). */
static bool
parent_process_lists(const char *root)
{
    char path[PATH_MAX], arguments[ARGUMENTS_MOST + 2] = "";
    size_t length;
    ssize_t count;
    int fd;

    if ((size_t)snprintf(path, sizeof(path), "%s/proc/%d/cmdline", root, (int)getppid()) >=
        sizeof(path))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    count = read(fd, arguments, ARGUMENTS_MOST);
    close(fd);
    length = strlen(arguments);
    return count > 0 && is_list(arguments, arguments + length + 1);
}

/* One that goes away meanwhile has none. */
static bool
has_attribute(int parent, const char *vgpu)
{
    char value[ATTRIBUTE_MOST] = "";
    int folder = attribute_open_folder(parent, vgpu);
    bool found = folder < 0 && errno != ENOENT;

    for (size_t i = 0; folder >= 0 && !found && i < ATTRIBUTE_COUNT; i++)
        found = attribute_read(folder, attribute_names[i], value)
                    ? value[0] != '\0'
                    : errno != ENOENT && errno != ENODEV;
    if (folder >= 0)
        close(folder);
    return found;
}

static bool
any_has_attribute(const struct call *call, const char *root)
{
    char path[PATH_MAX];
    bool found = false;
    struct dirent *entry;
    DIR *parent;

    if ((size_t)snprintf(path, sizeof(path), "%s/sys/class/mdev_bus/%s", root, call->parent) >=
        sizeof(path))
        return true;
    parent = opendir(path);
    if (!parent)
        return true;
    while (!found && (entry = readdir(parent)))
        found = call_is_uuid(entry->d_name) && has_attribute(dirfd(parent), entry->d_name);
    closedir(parent);
    return found;
}

bool
lister_asks_in_vain(const struct call *call, const char *root)
{
    return parent_process_lists(root) && !any_has_attribute(call, root);
}
