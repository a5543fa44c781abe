/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer-writes <LIST: the least that making many vGPUs can cost: each line of LIST, a file and a
 * text, is one write.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (!done)
        perror(path);
    if (fd >= 0)
        close(fd);
    return done;
}

int
main(void)
{
    char path[512], text[64];

    while (scanf("%511s %63s", path, text) == 2)
        if (!write_text(path, text))
            return 1;
    return 0;
}
