/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registers of the test engine, as a driver of it uses them.
 */
#include "engine-client.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

uint32_t
engine_get(const struct device *dev, uint32_t reg)
{
    uint32_t value = UINT32_MAX;

    device_read(dev, ENGINE_CONTROL_BAR, reg, &value, sizeof value);
    return value;
}

bool
engine_set(const struct device *dev, uint32_t reg, uint32_t value)
{
    return device_write(dev, ENGINE_CONTROL_BAR, reg, &value, sizeof value);
}

int32_t
engine_run(const struct device *dev, uint32_t command, uint64_t iova, uint32_t length,
           uint32_t buffer)
{
    engine_set(dev, ENGINE_IOVA_LO, (uint32_t)iova);
    engine_set(dev, ENGINE_IOVA_HI, (uint32_t)(iova >> 32));
    engine_set(dev, ENGINE_LENGTH, length);
    engine_set(dev, ENGINE_BUFFER, buffer);
    engine_set(dev, ENGINE_COMMAND, command);
    return (int32_t)engine_get(dev, ENGINE_RESULT);
}

bool
engine_release(void)
{
    return file_write(ENGINE_PARAMETERS "release", "1");
}

bool
file_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return done;
}

long
file_number(const char *path)
{
    FILE *file = fopen(path, "re");
    long number = -1;

    if (!file)
        return -1;
    if (fscanf(file, "%ld", &number) != 1)
        number = -1;
    fclose(file);
    return number;
}
