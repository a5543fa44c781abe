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

#include "attribute.h"
#include "lister.h"

#define NOT_MINE 2

#define CAPABILITIES(attributes)                                                                   \
    "{\"supports\":{\"version\":2,\"actions\":[\"start\",\"stop\",\"define\",\"undefine\","        \
    "\"modify\"," attributes "\"capabilities\"],\"events\":[\"pre\",\"post\",\"notify\",\"live\"," \
    "\"get\"]}}\n"

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
    char value[ATTRIBUTE_MOST];
    size_t length = 0;

    text[length++] = '[';
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        if (!attribute_read(folder, attribute_names[i], value) || !is_plain(value))
            return false;
        if (value[0])
            length += (size_t)snprintf(text + length, size - length,
                                       "%s{\"" ATTRIBUTE_FOLDER "/%s\":\"%s\"}",
                                       length > 1 ? "," : "", attribute_names[i], value);
    }
    snprintf(text + length, size - length, "]\n");
    return true;
}

static int
get_attributes(const struct call *call, const char *root, const char **text)
{
    static char written[ATTRIBUTE_COUNT * (ATTRIBUTE_MOST + 64)];
    char path[PATH_MAX];
    int folder;
    bool done;

    if ((size_t)snprintf(path, sizeof(path), "%s/sys/bus/mdev/devices/%s", root, call->uuid) >=
        sizeof(path))
        return QUICK_UNKNOWN;
    folder = attribute_open_folder(AT_FDCWD, path);
    done = folder >= 0 && write_attributes(folder, written, sizeof(written));
    if (folder >= 0)
        close(folder);
    *text = written;
    return done ? EXIT_SUCCESS : QUICK_UNKNOWN;
}

static int
get_capabilities(const struct call *call, const char *root, const char **text)
{
    *text = lister_asks_in_vain(call, root) ? CAPABILITIES("") : CAPABILITIES("\"attributes\",");
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
