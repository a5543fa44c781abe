/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition.c - mdevctl's definitions: JSON documents read with care and replaced in one step.
 */
#include "definition.h"

#include "attr-json.h"
#include "attr.h"
#include "error.h"
#include "file.h"
#include "provider.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

VgpuDefinition *
vgpu_definition_new(const char *parent, const char *id, const char *type)
{
    VgpuDefinition *definition = g_new0(VgpuDefinition, 1);
    definition->parent = g_strdup(parent);
    definition->vgpu = g_strdup(id);
    definition->type = g_strdup(type);
    definition->attrs = vgpu_attr_list_new();
    return definition;
}

void
vgpu_definition_free(VgpuDefinition *definition)
{
    if (!definition)
        return;
    g_free(definition->vgpu);
    g_free(definition->parent);
    g_free(definition->type);
    g_ptr_array_unref(definition->attrs);
    g_clear_error(&definition->error);
    json_object_put(definition->json);
    g_free(definition);
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_INVALID, why);
    return FALSE;
}

/* mdevctl's format has no version; in our own folder it has, as all files of ours do. */
static gboolean
is_in_our_folder(const char *id)
{
    const VgpuProvider *provider = vgpu_provider_of_id(id, NULL, NULL);
    return provider && provider->definitions != VGPU_DIR_DEFINITIONS;
}

static gboolean
check_version(const VgpuDefinition *definition, json_object *json, GError **error)
{
    json_object *version = json_object_object_get(json, "version");
    if (!version || !is_in_our_folder(definition->vgpu) ||
        (json_object_is_type(version, json_type_int) &&
         json_object_get_int64(version) <= VGPU_DEFINITION_VERSION))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_VERSION,
                "it has version %.32s, this release knows %d: it is left alone; install the "
                "release that wrote it",
                json_object_to_json_string(version), VGPU_DEFINITION_VERSION);
    return FALSE;
}

static gboolean
read_members(VgpuDefinition *definition, json_object *json, GError **error)
{
    if (!json_object_is_type(json, json_type_object))
        return refuse(error, "it is not a JSON object");
    if (!check_version(definition, json, error))
        return FALSE;
    const char *type = vgpu_json_get_text(json_object_object_get(json, "mdev_type"));
    const char *start = vgpu_json_get_text(json_object_object_get(json, "start"));
    if (!type || !start)
        return refuse(error, "it needs the strings 'mdev_type' and 'start'");
    if (!vgpu_name_check(type, "type", error))
        return FALSE;
    definition->type = g_strdup(type);
    /* anything but "auto" is manual, for mdevctl too */
    definition->autostart = strcmp(start, "auto") == 0;
    return vgpu_attr_list_from_json(json_object_object_get(json, "attrs"), definition->attrs,
                                    error);
}

VgpuDefinition *
vgpu_definition_parse(const char *parent, const char *id, const char *text, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(VgpuDefinition) definition = vgpu_definition_new(parent, id, NULL);

    definition->json = vgpu_json_parse(text, &reason);
    if (definition->json || !reason)
        read_members(definition, definition->json, &reason);
    if (!reason)
        return g_steal_pointer(&definition);
    g_propagate_prefixed_error(error, g_steal_pointer(&reason),
                               "the definition of vGPU '%s' on parent '%s' is not usable: ", id,
                               parent);
    return NULL;
}

static char *
definition_path(const VgpuRoot *root, const char *parent, const char *id, GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    if (!provider || !vgpu_name_check(parent, "parent", error))
        return NULL;
    return vgpu_root_path(root, provider->definitions, error, parent, name, NULL);
}

VgpuDefinition *
vgpu_definition_load(const VgpuRoot *root, const char *parent, const char *id, GError **error)
{
    g_autofree char *path = definition_path(root, parent, id, error);
    if (!path)
        return NULL;
    g_autofree char *text = vgpu_file_read_text(path, VGPU_FILE_MAX, error);
    if (!text)
        return NULL;
    g_autofree char *name = g_path_get_basename(path);
    return vgpu_definition_parse(parent, name, text, error);
}

/* mdevctl takes it for a definition of the vGPU that the kernel spells otherwise. */
static void
list_misspelt(const char *folder, const char *parent, const char *name, const char *canonical,
              GPtrArray *list)
{
    VgpuDefinition *definition = vgpu_definition_new(parent, name, NULL);

    g_set_error(&definition->error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "the definition '%s/%s' is not usable: the kernel spells that id '%s', and so must "
                "the file's name",
                folder, name, canonical);
    g_ptr_array_add(list, definition);
}

/* What is no id is no definition. @but: (nullable): ids that are left out */
static void
list_name(const VgpuProvider *provider, const char *folder, const char *parent, const char *name,
          GHashTable *but, GPtrArray *list)
{
    g_autofree char *canonical = provider->id_canonical(name);

    if (!canonical)
        return;
    if (strcmp(canonical, name) != 0)
        list_misspelt(folder, parent, name, canonical, list);
    else if (!(but && g_hash_table_contains(but, name)))
        g_ptr_array_add(list, vgpu_definition_new(parent, name, NULL));
}

/* @but: (nullable): ids that are left out */
static gboolean
list_parent(const VgpuRoot *root, const VgpuProvider *provider, const char *parent, GHashTable *but,
            GPtrArray *list, GError **error)
{
    g_autofree char *folder = vgpu_root_path(root, provider->definitions, error, parent, NULL);
    g_autoptr(GPtrArray) names = folder ? vgpu_file_list(folder, error) : NULL;
    if (!names)
        return FALSE;
    for (guint i = 0; i < names->len; i++)
        list_name(provider, folder, parent, names->pdata[i], but, list);
    return TRUE;
}

/* Names of parents that have a folder; "scripts.d" is mdevctl's own. */
static GPtrArray *
list_parents(const VgpuRoot *root, const VgpuProvider *provider, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, provider->definitions);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);
    for (guint i = names ? names->len : 0; i > 0; i--) {
        const char *name = names->pdata[i - 1];
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (strcmp(name, "scripts.d") == 0 || !vgpu_name_check(name, "parent", NULL) ||
            !g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_remove_index(names, i - 1);
    }
    return g_steal_pointer(&names);
}

/*
 * @problems: (nullable): takes @problem
 * @problem: (nullable) (transfer full): what is wrong with a folder
 */
static gboolean
goes_on(GPtrArray *problems, GError *problem, GError **error)
{
    if (problem && problems)
        g_ptr_array_add(problems, problem);
    else if (problem)
        g_propagate_error(error, problem);
    return problems || !problem;
}

/* @problems: (nullable): takes what is wrong with single folders, which then hide no other */
static gboolean
list_all(const VgpuRoot *root, const VgpuProvider *provider, GHashTable *but, GPtrArray *list,
         GPtrArray *problems, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GPtrArray) parents = list_parents(root, provider, &problem);
    gboolean on = goes_on(problems, problem, error);

    for (guint i = 0; on && parents && i < parents->len; i++) {
        problem = NULL;
        list_parent(root, provider, parents->pdata[i], but, list, &problem);
        on = goes_on(problems, problem, error);
    }
    return on;
}

static gboolean
list_named(const VgpuRoot *root, const VgpuProvider *provider, const char *parent, GPtrArray *list,
           GPtrArray *problems, GError **error)
{
    GError *problem = NULL;

    if (!vgpu_name_check(parent, "parent", error))
        return FALSE;
    list_parent(root, provider, parent, NULL, list, &problem);
    return goes_on(problems, problem, error);
}

static GPtrArray *
list_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_definition_free);
}

GPtrArray *
vgpu_definition_list_unread(const VgpuRoot *root, const char *parent, GPtrArray *problems,
                            GError **error)
{
    g_autoptr(GPtrArray) list = list_new();

    for (guint i = 0; vgpu_providers[i]; i++) {
        const VgpuProvider *provider = vgpu_providers[i];
        if (!(parent ? list_named(root, provider, parent, list, problems, error)
                     : list_all(root, provider, NULL, list, problems, error)))
            return NULL;
    }
    return g_steal_pointer(&list);
}

VgpuDefinition *
vgpu_definition_read(const VgpuRoot *root, const VgpuDefinition *unread)
{
    const char *parent = unread->parent, *id = unread->vgpu;
    GError *error = unread->error ? g_error_copy(unread->error) : NULL;
    g_autofree char *path = definition_path(root, parent, id, NULL);
    VgpuFileStamp stamp = vgpu_file_stamp(path);
    VgpuDefinition *definition = error ? NULL : vgpu_definition_load(root, parent, id, &error);

    if (g_error_matches(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_error_free(error);
        return NULL;
    }
    if (!definition)
        definition = vgpu_definition_new(parent, id, NULL);
    definition->error = error;
    definition->stamp = stamp;
    return definition;
}

/* Those that have been undefined meanwhile are none. */
static void
read_all(const VgpuRoot *root, GPtrArray *list)
{
    guint kept = 0;

    for (guint i = 0; i < list->len; i++) {
        g_autoptr(VgpuDefinition) unread = g_steal_pointer(&list->pdata[i]);
        VgpuDefinition *definition = vgpu_definition_read(root, unread);
        if (definition)
            list->pdata[kept++] = definition;
    }
    g_ptr_array_set_size(list, (gint)kept);
}

GPtrArray *
vgpu_definition_list(const VgpuRoot *root, const char *parent, GPtrArray *problems, GError **error)
{
    GPtrArray *list = vgpu_definition_list_unread(root, parent, problems, error);

    if (list)
        read_all(root, list);
    return list;
}

GPtrArray *
vgpu_definition_list_but(const VgpuRoot *root, GHashTable *ids, GPtrArray *problems, GError **error)
{
    g_autoptr(GPtrArray) list = list_new();

    for (guint i = 0; vgpu_providers[i]; i++)
        if (!list_all(root, vgpu_providers[i], ids, list, problems, error))
            return NULL;
    read_all(root, list);
    return g_steal_pointer(&list);
}

gboolean
vgpu_definition_is_current(const VgpuRoot *root, const VgpuDefinition *definition)
{
    g_autofree char *path = definition_path(root, definition->parent, definition->vgpu, NULL);
    VgpuFileStamp now = vgpu_file_stamp(path);

    return vgpu_file_stamp_is_same(&now, &definition->stamp);
}

/* The name of the one parent with a file for @id; other files' contents play no part. */
static const char *
find_parent(const VgpuRoot *root, const char *id, const GPtrArray *parents, GError **error)
{
    const char *found = NULL;
    for (guint i = 0; i < parents->len; i++) {
        const char *parent = parents->pdata[i];
        g_autofree char *path = definition_path(root, parent, id, NULL);
        if (!path || !g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        if (found) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                        "vGPU '%s' is defined twice, on parents '%s' and '%s'; undefine one", id,
                        found, parent);
            return NULL;
        }
        found = parent;
    }
    if (!found)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "vGPU '%s' is not defined; 'vgpuctl list definitions' shows what is", id);
    return found;
}

char *
vgpu_definition_find_parent(const VgpuRoot *root, const char *id, GError **error)
{
    const VgpuProvider *provider = vgpu_provider_of_id(id, NULL, error);
    g_autoptr(GPtrArray) parents = provider ? list_parents(root, provider, error) : NULL;
    return parents ? g_strdup(find_parent(root, id, parents, error)) : NULL;
}

VgpuDefinition *
vgpu_definition_find(const VgpuRoot *root, const char *id, GError **error)
{
    g_autofree char *parent = vgpu_definition_find_parent(root, id, error);
    return parent ? vgpu_definition_load(root, parent, id, error) : NULL;
}

/* The document as it was read, with the members we know set anew. */
static char *
to_text(const VgpuDefinition *definition)
{
    json_object *json = NULL;
    if (!definition->json || json_object_deep_copy(definition->json, &json, NULL) < 0)
        json = json_object_new_object();
    if (is_in_our_folder(definition->vgpu))
        json_object_object_add(json, "version", json_object_new_int(VGPU_DEFINITION_VERSION));
    json_object_object_add(json, "mdev_type", json_object_new_string(definition->type));
    json_object_object_add(json, "start",
                           json_object_new_string(definition->autostart ? "auto" : "manual"));
    json_object_object_add(json, "attrs", vgpu_attr_list_to_json(definition->attrs));
    char *text = g_strdup_printf(
        "%s\n",
        json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                 JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(json);
    return text;
}

gboolean
vgpu_definition_save(const VgpuRoot *root, const VgpuDefinition *definition, GError **error)
{
    g_autofree char *path = definition_path(root, definition->parent, definition->vgpu, error);
    if (!path || !vgpu_name_check(definition->type, "type", error) ||
        !vgpu_file_make_folder(path, error))
        return FALSE;
    g_autofree char *text = to_text(definition);
    return vgpu_file_write_atomic(path, text, strlen(text), 0644, error);
}

gboolean
vgpu_definition_delete(const VgpuRoot *root, const char *parent, const char *id, GError **error)
{
    g_autofree char *path = definition_path(root, parent, id, error);
    return path && vgpu_file_remove(path, error);
}
