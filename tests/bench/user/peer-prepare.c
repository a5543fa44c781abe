/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer-prepare CREATE-FILE UUID <XML: the least that making one vGPU for a domain can cost a
 * program with the hook's libraries: it parses the domain's XML and asks the kernel.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libxml/parser.h>

#define XML_MOST (1u << 20)

static char text[XML_MOST];

static size_t
read_all(void)
{
    size_t length = 0;
    ssize_t count;

    while (length < sizeof text && (count = read(0, text + length, sizeof text - length)) > 0)
        length += (size_t)count;
    return length;
}

/* As lib/xml.c does. */
static int
parse(size_t length)
{
    xmlParserCtxt *context = xmlNewParserCtxt();
    xmlDoc *doc = context
                      ? xmlCtxtReadMemory(context, text, (int)length, NULL, "UTF-8",
                                          XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
                      : NULL;
    int parsed = doc && xmlDocGetRootElement(doc);

    xmlFreeDoc(doc);
    xmlFreeParserCtxt(context);
    return parsed;
}

static int
create(const char *path, const char *uuid)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int made = fd >= 0 && write(fd, uuid, strlen(uuid)) == (ssize_t)strlen(uuid);

    if (!made)
        perror(path);
    if (fd >= 0)
        close(fd);
    return made;
}

int
main(int argc, char **argv)
{
    if (argc != 3 || !parse(read_all()))
        return 2;
    return create(argv[1], argv[2]) ? 0 : 1;
}
