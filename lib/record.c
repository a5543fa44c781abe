/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.c - what the hook remembers of a vGPU it makes for a domain, in
 * /run/openvgpu/vgpus/<id>.json, from before the vGPU is made until it is gone.
 */
#include "record.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "attr-json.h"
#include "error.h"
#include "file.h"
#include "provider.h"

#define FOLDER "vgpus"
#define SUFFIX ".json"

static const char *const state_names[] = {
    [VGPU_RECORD_INTENDED] = "intended", [VGPU_RECORD_CREATED] = "created",
    [VGPU_RECORD_READY] = "ready",       [VGPU_RECORD_LATE] = "late",
    [VGPU_RECORD_RELEASED] = "released",
};

static const char *const source_names[] = {
    [VGPU_RECORD_METADATA] = "metadata",
    [VGPU_RECORD_DEFINITION] = "definition",
};

void
vgpu_record_free(VgpuRecord *record)
{
    if (!record)
        return;
    g_free(record->domain);
    g_free(record->domain_name);
    g_free(record->vgpu);
    g_free(record->parent);
    g_free(record->type);
    g_free(record);
}

const char *
vgpu_record_state_name(VgpuRecordState state)
{
    return state_names[state];
}

static char *
record_path(const VgpuRoot *root, const char *id, GError **error)
{
    g_autofree char *canonical = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &canonical, error);
    g_autofree char *file = provider ? g_strconcat(canonical, SUFFIX, NULL) : NULL;

    return file ? vgpu_root_path(root, VGPU_DIR_STATE, error, FOLDER, file, NULL) : NULL;
}

static const char *
get_string(struct json_object *object, const char *key)
{
    return vgpu_json_get_text(json_object_object_get(object, key));
}

/* Place of @word in @words, -1 if it is none of them. */
static int
find_word(const char *const *words, guint count, const char *word)
{
    for (guint i = 0; i < count; i++) {
        if (g_strcmp0(words[i], word) == 0)
            return (int)i;
    }
    return -1;
}

static gboolean
check_version(struct json_object *object, const char *path, GError **error)
{
    struct json_object *member;
    int version = 0;

    if (json_object_object_get_ex(object, "version", &member) &&
        json_object_is_type(member, json_type_int))
        version = json_object_get_int(member);
    if (version > VGPU_RECORD_VERSION) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_VERSION,
                    "record '%s' has version %d, this release knows %d: it is left alone; "
                    "a newer OpenVGPU made it and has to release it",
                    path, version, VGPU_RECORD_VERSION);
        return FALSE;
    }
    return version == VGPU_RECORD_VERSION;
}

/* A record whose words are all there and make sense; NULL without an error if they do not. */
static VgpuRecord *
record_from_json(struct json_object *object, const char *id)
{
    g_autoptr(VgpuRecord) record = g_new0(VgpuRecord, 1);
    int state = find_word(state_names, G_N_ELEMENTS(state_names), get_string(object, "state"));
    int source = find_word(source_names, G_N_ELEMENTS(source_names), get_string(object, "source"));

    record->domain = vgpu_uuid_canonical(get_string(object, "domain"), NULL);
    record->domain_name = g_strdup(get_string(object, "domain_name"));
    vgpu_provider_of_id(get_string(object, "vgpu"), &record->vgpu, NULL);
    record->parent = g_strdup(get_string(object, "parent"));
    record->type = g_strdup(get_string(object, "type"));
    if (state < 0 || source < 0 || !record->domain || !record->domain_name ||
        g_strcmp0(record->vgpu, id) != 0 || !vgpu_name_check(record->parent, "parent", NULL) ||
        !vgpu_name_check(record->type, "type", NULL))
        return NULL;
    record->state = (VgpuRecordState)state;
    record->source = (VgpuRecordSource)source;
    return g_steal_pointer(&record);
}

static VgpuRecord *
parse_record(const char *text, const char *path, const char *id, GError **error)
{
    struct json_object *object = vgpu_json_parse(text, NULL);
    VgpuRecord *record = NULL;
    GError *cause = NULL;

    if (json_object_is_type(object, json_type_object) && check_version(object, path, &cause))
        record = record_from_json(object, id);
    json_object_put(object);
    if (!record && !cause) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "record '%s' can't be understood; if nobody uses the vGPU, remove this file, "
                    "and then the vGPU",
                    path);
    } else if (cause) {
        g_propagate_error(error, cause);
    }
    return record;
}

VgpuRecord *
vgpu_record_load(const VgpuRoot *root, const char *id, GError **error)
{
    g_autofree char *canonical = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &canonical, error);
    g_autofree char *path = provider ? record_path(root, canonical, error) : NULL;
    g_autofree char *text = path ? vgpu_file_read_text(path, VGPU_FILE_MAX, error) : NULL;

    return text ? parse_record(text, path, canonical, error) : NULL;
}

gboolean
vgpu_record_find(const VgpuRoot *root, const char *id, VgpuRecord **record, GError **error)
{
    GError *cause = NULL;

    *record = vgpu_record_load(root, id, &cause);
    if (*record || g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_clear_error(&cause);
        return TRUE;
    }
    g_propagate_error(error, cause);
    return FALSE;
}

VgpuFileStamp
vgpu_record_stamp(const VgpuRoot *root, const char *id)
{
    g_autofree char *path = record_path(root, id, NULL);

    return vgpu_file_stamp(path);
}

/* Loads the record that file @name is; what is no record's name, or just went, is passed over. */
static void
add_record(const VgpuRoot *root, const char *name, GHashTable *but, GPtrArray *records,
           GPtrArray *problems)
{
    g_autofree char *id = NULL;
    g_autoptr(GError) error = NULL;
    VgpuRecord *record;

    if (!g_str_has_suffix(name, SUFFIX))
        return;
    id = g_strndup(name, strlen(name) - strlen(SUFFIX));
    if (!vgpu_provider_of_id(id, NULL, NULL) || (but && g_hash_table_contains(but, id)))
        return;
    record = vgpu_record_load(root, id, &error);
    if (record)
        g_ptr_array_add(records, record);
    else if (problems && !g_error_matches(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND))
        g_ptr_array_add(problems, g_steal_pointer(&error));
}

char *
vgpu_record_folder(const VgpuRoot *root)
{
    return vgpu_root_path(root, VGPU_DIR_STATE, NULL, FOLDER, NULL);
}

static GPtrArray *
list(const VgpuRoot *root, GHashTable *but, GPtrArray *problems, GError **error)
{
    g_autofree char *folder = vgpu_root_path(root, VGPU_DIR_STATE, error, FOLDER, NULL);
    g_autoptr(GPtrArray) names = folder ? vgpu_file_list(folder, error) : NULL;
    GPtrArray *records;

    if (!names)
        return NULL;
    records = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_record_free);
    for (guint i = 0; i < names->len; i++)
        add_record(root, g_ptr_array_index(names, i), but, records, problems);
    return records;
}

GPtrArray *
vgpu_record_list(const VgpuRoot *root, GPtrArray *problems, GError **error)
{
    return list(root, NULL, problems, error);
}

GPtrArray *
vgpu_record_list_but(const VgpuRoot *root, GHashTable *ids, GError **error)
{
    return list(root, ids, NULL, error);
}

static gboolean
make_folder(const VgpuRoot *root, GError **error)
{
    g_autofree char *folder = vgpu_root_path(root, VGPU_DIR_STATE, error, FOLDER, NULL);

    if (!folder || !vgpu_root_make_state_dir(root, error))
        return FALSE;
    if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
        vgpu_error_set_errno(error, errno, "cannot make the folder '%s'", folder);
        return FALSE;
    }
    return TRUE;
}

static void
add_string(struct json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, json_object_new_string(value));
}

/* One member a line, so that a shell can read it too (libvirt-hook/list-owned). */
static char *
record_to_text(const VgpuRecord *record)
{
    struct json_object *object = json_object_new_object();
    char *text;

    json_object_object_add(object, "version", json_object_new_int(VGPU_RECORD_VERSION));
    add_string(object, "state", state_names[record->state]);
    add_string(object, "domain", record->domain);
    add_string(object, "domain_name", record->domain_name);
    add_string(object, "vgpu", record->vgpu);
    add_string(object, "parent", record->parent);
    add_string(object, "type", record->type);
    add_string(object, "source", source_names[record->source]);
    text = g_strconcat(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                                  JSON_C_TO_STRING_NOSLASHESCAPE),
                       "\n", NULL);
    json_object_put(object);
    return text;
}

gboolean
vgpu_record_save(const VgpuRoot *root, const VgpuRecord *record, GError **error)
{
    g_autofree char *path = record_path(root, record->vgpu, error);
    g_autofree char *text = path ? record_to_text(record) : NULL;
    g_autoptr(GError) cause = NULL;

    if (!path)
        return FALSE;
    /* the first of all since the boot has no folder yet */
    if (vgpu_file_replace(path, text, strlen(text), 0600, &cause))
        return TRUE;
    if (!g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    return make_folder(root, error) && vgpu_file_replace(path, text, strlen(text), 0600, error);
}

gboolean
vgpu_record_delete(const VgpuRoot *root, const char *id, GError **error)
{
    g_autofree char *path = record_path(root, id, error);

    return path && vgpu_file_remove(path, error);
}
