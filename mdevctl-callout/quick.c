/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * quick.c - the answers that mdevctl asks for again and again. Whatever is not plain here, an
 * error above all, is the other half's to say.
 */
#include "quick.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOT_MINE 2

/* More than any attribute of ours can have (kmod/vfio/attr.c). */
#define VALUE_MOST 2048

/* The folder of our attributes below a vGPU, and what is in it, in the order it is to be set. */
static const char folder_name[] = "vgpu";
static const char *const attribute_names[] = {"params", "vm_name"};

#define ATTRIBUTES (sizeof(attribute_names) / sizeof(attribute_names[0]))

static const char capabilities[] =
    "{\"supports\":{\"version\":2,\"actions\":[\"start\",\"stop\",\"define\",\"undefine\","
    "\"modify\",\"attributes\",\"capabilities\"],\"events\":[\"pre\",\"post\",\"notify\",\"live\","
    "\"get\"]}}\n";

/* Reads an attribute without its newline; false if there is none, or it is longer than @size. */
static bool
read_attribute(int folder, const char *name, char *value, size_t size)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t length;

    if (fd < 0)
        return false;
    length = read(fd, value, size);
    close(fd);
    if (length < 0 || (size_t)length == size)
        return false;
    value[length] = '\0';
    if (length > 0 && value[length - 1] == '\n')
        value[--length] = '\0';
    return strlen(value) == (size_t)length;
}

/* Can it stand in JSON as it is? */
static bool
is_plain(const char *value)
{
    for (; *value; value++)
        if (*value < ' ' || *value > '~' || *value == '"' || *value == '\\')
            return false;
    return true;
}

/* The text of the attributes in @folder that are set. */
static bool
write_attributes(int folder, char *text, size_t size)
{
    char value[VALUE_MOST];
    size_t length = 0;

    text[length++] = '[';
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        if (!read_attribute(folder, attribute_names[i], value, sizeof(value)) || !is_plain(value))
            return false;
        if (value[0])
            length +=
                (size_t)snprintf(text + length, size - length, "%s{\"%s/%s\":\"%s\"}",
                                 length > 1 ? "," : "", folder_name, attribute_names[i], value);
    }
    snprintf(text + length, size - length, "]\n");
    return true;
}

/* Nothing below the vGPU may be a link: that would be another device's. */
static int
open_folder(const struct call *call, const char *root)
{
    char path[PATH_MAX];
    int vgpu, folder;

    if ((size_t)snprintf(path, sizeof(path), "%s/sys/bus/mdev/devices/%s", root, call->uuid) >=
        sizeof(path))
        return -1;
    vgpu = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (vgpu < 0)
        return -1;
    folder = openat(vgpu, folder_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(vgpu);
    return folder;
}

static int
get_attributes(const struct call *call, const char *root, const char **text)
{
    static char written[ATTRIBUTES * (VALUE_MOST + 64)];
    int folder = open_folder(call, root);
    bool done = folder >= 0 && write_attributes(folder, written, sizeof(written));

    if (folder >= 0)
        close(folder);
    *text = written;
    return done ? EXIT_SUCCESS : QUICK_UNKNOWN;
}

static int
get_capabilities(const struct call *call, const char *root, const char **text)
{
    (void)call;
    (void)root;
    *text = capabilities;
    return EXIT_SUCCESS;
}

static int
agree(const struct call *call, const char *root, const char **text)
{
    (void)call;
    (void)root;
    (void)text;
    return EXIT_SUCCESS;
}

static int
ask_other_half(const struct call *call, const char *root, const char **text)
{
    (void)call;
    (void)root;
    (void)text;
    return QUICK_UNKNOWN;
}

/* All that is answered at all, as in lib/callout.c; a NULL action stands for any of "actions". */
static const struct {
    const char *event;
    const char *action;
    int (*answer)(const struct call *call, const char *root, const char **text);
} answers[] = {
    {"get", "attributes", get_attributes},
    {"get", "capabilities", get_capabilities},
    {"post", NULL, agree},
    {"notify", NULL, agree},
    {"pre", "undefine", agree},
    {"pre", NULL, ask_other_half},
    {"live", "modify", ask_other_half},
};

static const char *const actions[] = {"start", "stop", "define", "undefine", "modify"};

static bool
is_action(const char *word)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (strcmp(actions[i], word) == 0)
            return true;
    return false;
}

static bool
is_about(const struct call *call, const char *event, const char *action)
{
    return strcmp(call->event, event) == 0 &&
           (action ? strcmp(call->action, action) == 0 : is_action(call->action));
}

int
quick_answer(const struct call *call, const char *root, const char **text)
{
    *text = "";
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (is_about(call, answers[i].event, answers[i].action))
            return call_is_ours(call, root) ? answers[i].answer(call, root, text) : NOT_MINE;
    return NOT_MINE;
}
