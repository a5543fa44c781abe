/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * callout.c - answers to mdevctl, for parents of our driver and nobody else's.
 *
 * The first script that answers for a parent becomes the only one mdevctl asks, so "not mine"
 * is the answer wherever there is doubt.
 */
#include "callout.h"

#include "attr-json.h"
#include "attr.h"
#include "deadline.h"
#include "definition.h"
#include "error.h"
#include "log.h"
#include "device.h"
#include "parent.h"

#include <string.h>

/* Arguments in mdevctl's order; every one is always given. */
static const char option_letters[] = "teasup";

static char **
option_target(VgpuCallout *callout, const char *option)
{
    char **targets[] = {&callout->type,  &callout->event, &callout->action,
                        &callout->state, &callout->uuid,  &callout->parent};
    if (option[0] != '-' || !option[1] || option[2])
        return NULL;
    const char *letter = strchr(option_letters, option[1]);
    return letter ? targets[letter - option_letters] : NULL;
}

static gboolean
is_complete(VgpuCallout *callout)
{
    if (!callout->type)
        callout->type = g_strdup("");
    if (!callout->state)
        callout->state = g_strdup("none");
    return callout->event && callout->action && callout->uuid && callout->parent;
}

VgpuCallout *
vgpu_callout_parse(int argc, char **argv, GError **error)
{
    g_autoptr(VgpuCallout) callout = g_new0(VgpuCallout, 1);
    for (int i = 1; i < argc; i += 2) {
        char **target = option_target(callout, argv[i]);
        if (!target || i + 1 >= argc) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                        "argument '%s' is unknown or has no value; this program is run by mdevctl",
                        argv[i]);
            return NULL;
        }
        g_free(*target);
        *target = g_strdup(argv[i + 1]);
    }
    if (is_complete(callout))
        return g_steal_pointer(&callout);
    g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                        "-e, -a, -u and -p are needed; this program is run by mdevctl");
    return NULL;
}

void
vgpu_callout_free(VgpuCallout *callout)
{
    if (!callout)
        return;
    g_free(callout->type);
    g_free(callout->event);
    g_free(callout->action);
    g_free(callout->state);
    g_free(callout->uuid);
    g_free(callout->parent);
    g_free(callout);
}

/* What one event and action means; returns FALSE with an error for a veto. */
typedef gboolean (*Answer)(const VgpuRoot *root, const VgpuCallout *callout, const char *input,
                           char **output, GError **error);

static gboolean
agree(const VgpuRoot *root G_GNUC_UNUSED, const VgpuCallout *callout G_GNUC_UNUSED,
      const char *input G_GNUC_UNUSED, char **output G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
check_device(const VgpuRoot *root, const VgpuCallout *callout, const VgpuDefinition *device,
             GError **error)
{
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, callout->parent, error);
    const VgpuType *type = parent ? vgpu_parent_find_type(parent, device->type, error) : NULL;
    return type && vgpu_attr_check_list(parent->driver, type, device->attrs, error);
}

/* Before define, modify and start: what is to be must be possible. */
static gboolean
check_input(const VgpuRoot *root, const VgpuCallout *callout, const char *input,
            char **output G_GNUC_UNUSED, GError **error)
{
    g_autoptr(VgpuDefinition) device =
        vgpu_definition_parse(callout->parent, callout->uuid, input, error);
    return device && check_device(root, callout, device, error);
}

/* Before stop: the kernel would keep mdevctl, past any signal, until the guest lets go. */
static gboolean
check_idle(const VgpuRoot *root, const VgpuCallout *callout, const char *input G_GNUC_UNUSED,
           char **output G_GNUC_UNUSED, GError **error)
{
    return vgpu_device_check_idle(root, callout->uuid, error);
}

static gboolean
is_set(const VgpuRoot *root, const VgpuDefinition *device, const VgpuAttr *attr)
{
    const char *wanted = vgpu_attr_list_find(device->attrs, attr->name);
    g_autofree char *value = vgpu_device_get_attr(root, device->vgpu, attr->name, NULL);
    return g_strcmp0(value, wanted) == 0;
}

static gboolean
all_set(const VgpuRoot *root, const VgpuDefinition *device)
{
    for (guint i = 0; i < device->attrs->len; i++)
        if (!is_set(root, device, device->attrs->pdata[i]))
            return FALSE;
    return TRUE;
}

/* modify --live: attributes of a vGPU that is there but not open. */
static gboolean
modify_live(const VgpuRoot *root, const VgpuCallout *callout, const char *input,
            char **output G_GNUC_UNUSED, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autoptr(VgpuDefinition) device =
        vgpu_definition_parse(callout->parent, callout->uuid, input, error);
    if (!device || !check_device(root, callout, device, error))
        return FALSE;
    if (all_set(root, device))
        return TRUE;
    return vgpu_device_check_idle(root, callout->uuid, error) &&
           vgpu_device_set_attrs(root, callout->uuid, device->attrs, &deadline, error);
}

static char *
attrs_to_text(const GPtrArray *attrs)
{
    json_object *array = vgpu_attr_list_to_json(attrs);
    char *text = g_strdup(json_object_to_json_string_ext(array, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(array);
    return text;
}

/* In the order they are to be written: mdevctl stores them so and start applies them so. */
static gboolean
get_attributes(const VgpuRoot *root, const VgpuCallout *callout, const char *input G_GNUC_UNUSED,
               char **output, GError **error)
{
    g_autoptr(GPtrArray) attrs =
        vgpu_device_read_attrs(root, callout->uuid, VGPU_PARENT_OUR_DRIVER, error);
    if (!attrs)
        return FALSE;
    *output = attrs_to_text(attrs);
    return TRUE;
}

static gboolean get_capabilities(const VgpuRoot *root, const VgpuCallout *callout,
                                 const char *input, char **output, GError **error);

/*
 * Everything we answer. The capabilities are made of this table: mdevctl fails a call that a
 * script which told its capabilities did not list.
 */
static const struct {
    const char *event;
    const char *action;
    Answer answer;
} answers[] = {
    {"pre", "start", check_input},
    {"pre", "stop", check_idle},
    {"pre", "define", check_input},
    {"pre", "undefine", agree},
    {"pre", "modify", check_input},
    {"post", "start", agree},
    {"post", "stop", agree},
    {"post", "define", agree},
    {"post", "undefine", agree},
    {"post", "modify", agree},
    {"notify", "start", agree},
    {"notify", "stop", agree},
    {"notify", "define", agree},
    {"notify", "undefine", agree},
    {"notify", "modify", agree},
    {"live", "modify", modify_live},
    {"get", "attributes", get_attributes},
    {"get", "capabilities", get_capabilities},
};

static void
add_once(json_object *array, const char *word)
{
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(array, i)), word) == 0)
            return;
    json_object_array_add(array, json_object_new_string(word));
}

/* Version 2 of mdevctl's callout interface: the one that has "live". */
static gboolean
get_capabilities(const VgpuRoot *root G_GNUC_UNUSED, const VgpuCallout *callout G_GNUC_UNUSED,
                 const char *input G_GNUC_UNUSED, char **output, GError **error G_GNUC_UNUSED)
{
    json_object *actions = json_object_new_array(), *events = json_object_new_array();
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        add_once(actions, answers[i].action);
        add_once(events, answers[i].event);
    }
    json_object *supports = json_object_new_object(), *json = json_object_new_object();
    json_object_object_add(supports, "version", json_object_new_int(2));
    json_object_object_add(supports, "actions", actions);
    json_object_object_add(supports, "events", events);
    json_object_object_add(json, "supports", supports);
    *output = g_strdup(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
    json_object_put(json);
    return TRUE;
}

static Answer
find_answer(const VgpuCallout *callout)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        if (strcmp(answers[i].event, callout->event) == 0 &&
            strcmp(answers[i].action, callout->action) == 0)
            return answers[i].answer;
    return NULL;
}

static gboolean
is_ours(const VgpuRoot *root, const VgpuCallout *callout)
{
    g_autofree char *driver = vgpu_parent_read_driver(root, callout->parent, NULL);
    return g_strcmp0(driver, VGPU_PARENT_OUR_DRIVER) == 0 && vgpu_uuid_check(callout->uuid, NULL);
}

int
vgpu_callout_run(const VgpuRoot *root, const VgpuCallout *callout, const char *input, char **output,
                 GError **error)
{
    Answer answer = find_answer(callout);
    *output = NULL;
    if (!answer || !is_ours(root, callout))
        return VGPU_EXIT_NOT_MINE;
    if (answer(root, callout, input, output, error))
        return VGPU_EXIT_OK;
    g_prefix_error(error, "%s of vGPU '%s' on parent '%s' refused: ", callout->action,
                   callout->uuid, callout->parent);
    return VGPU_EXIT_FAILED;
}

int
vgpu_callout_notify(const VgpuRoot *root, const VgpuCallout *callout)
{
    if (strcmp(callout->event, "notify") != 0 || !is_ours(root, callout))
        return VGPU_EXIT_NOT_MINE;
    vgpu_log("mdevctl: %s of vGPU '%s', type '%s', parent '%s': %s", callout->action, callout->uuid,
             callout->type, callout->parent, callout->state);
    return VGPU_EXIT_OK;
}
