/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attribute.c - the attributes of a vGPU of ours, as they stand in sysfs. Needs libc only.
 */
#include "attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *const attribute_names[ATTRIBUTE_COUNT] = {"params", "vm_name"};

int
attribute_open_folder(int at, const char *vgpu)
{
    int device = openat(at, vgpu, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int folder, err;

    if (device < 0)
        return -1;
    folder = openat(device, ATTRIBUTE_FOLDER, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    err = errno;
    close(device);
    errno = err;
    return folder;
}

bool
attribute_read(int folder, const char *name, char value[ATTRIBUTE_MOST])
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t length;
    int err;

    if (fd < 0)
        return false;
    length = read(fd, value, ATTRIBUTE_MOST);
    err = length < 0 ? errno : 0;
    close(fd);
    errno = err;
    if (length < 0 || length == ATTRIBUTE_MOST)
        return false;
    value[length] = '\0';
    if (length > 0 && value[length - 1] == '\n')
        value[--length] = '\0';
    return strlen(value) == (size_t)length;
}
