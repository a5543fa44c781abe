/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-plan.c - shows what the hook would do if a domain started now, and why.
 */
#include "connection.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "plan-domain.h"
#include "table.h"
#include "verbs.h"
#include "xml.h"

#include <string.h>
#include <unistd.h>

static char *uri, *file;
static gboolean as_json;

static const GOptionEntry options[] = {
    {"xml", 0, 0, G_OPTION_ARG_FILENAME, &file,
     "take the domain's XML from a file, - for standard input", "FILE"},
    {"connect", 0, 0, G_OPTION_ARG_STRING, &uri, "libvirt's URI of the hypervisor", "URI"},
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
    {NULL},
};

/* A domain that runs has what it needs, and its next start finds another host. */
static gboolean
check_off(virDomain *domain, const char *name, GError **error)
{
    gboolean active;

    if (!vgpuctl_connection_is_active(domain, &active, error))
        return FALSE;
    if (active)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                    "domain \"%s\" runs, and a plan is for a start; 'vgpuctl list domains' shows "
                    "what it has",
                    name);
    return !active;
}

static char *
ask_libvirt(const VgpuRoot *root, const char *name, GError **error)
{
    g_autoptr(VgpuctlConnection) connection = vgpuctl_connection_open_system(root, uri, error);
    g_autoptr(virDomain) domain =
        connection ? vgpuctl_connection_find(connection, name, error) : NULL;

    return domain && check_off(domain, name, error)
               ? vgpuctl_connection_get_xml(domain, VIR_DOMAIN_XML_INACTIVE, error)
               : NULL;
}

static VgpuDomain *
read_domain(const VgpuRoot *root, const char *name, GError **error)
{
    g_autofree char *xml = NULL;

    if (!file)
        xml = ask_libvirt(root, name, error);
    else if (strcmp(file, "-") == 0)
        xml = vgpu_file_read_fd(STDIN_FILENO, "standard input", VGPU_XML_MAX, NULL, error);
    else
        xml = vgpu_file_read(file, VGPU_XML_MAX, NULL, error);
    return xml ? vgpu_domain_parse(xml, strlen(xml), error) : NULL;
}

static void
print_table(const GPtrArray *steps)
{
    static const char *const titles[] = {"VGPU", "ACTION", "GPU", "TYPE", "WHY", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);

    for (guint i = 0; i < steps->len; i++) {
        const VgpuPlanStep *step = steps->pdata[i];
        const char *cells[] = {step->vgpu, step->action, step->parent, step->type, step->why};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static void
print_json(const VgpuDomain *domain, const GPtrArray *steps, gboolean starts)
{
    json_object *document = vgpuctl_json_new(), *list = json_object_new_array();

    for (guint i = 0; i < steps->len; i++) {
        const VgpuPlanStep *step = steps->pdata[i];
        json_object *json = json_object_new_object();

        vgpuctl_json_text(json, "vgpu", step->vgpu);
        vgpuctl_json_text(json, "action", step->action);
        vgpuctl_json_text(json, "gpu", step->parent);
        vgpuctl_json_text(json, "type", step->type);
        vgpuctl_json_text(json, "why", step->why);
        json_object_array_add(list, json);
    }
    json_object_object_add(document, "domain", vgpuctl_json_domain(domain->uuid, domain->name));
    json_object_object_add(document, "starts", json_object_new_boolean(starts));
    json_object_object_add(document, "plan", list);
    vgpuctl_json_print(document);
}

static gboolean
plan(const VgpuRoot *root, const VgpuDomain *domain, GError **error)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(root);
    gboolean starts;
    g_autoptr(GPtrArray) steps = vgpu_plan_domain(root, domain, settings, &starts, error);

    if (!steps)
        return FALSE;
    if (as_json)
        print_json(domain, steps, starts);
    else
        print_table(steps);
    if (!starts)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                    "domain \"%s\" would not start, and none of this would be left", domain->name);
    return starts;
}

static gboolean
run_plan(const VgpuRoot *root, const char *const *words, GError **error)
{
    if (!words[0] == !file) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "say either a domain or --xml; see 'vgpuctl plan --help'");
        return FALSE;
    }
    g_autoptr(VgpuDomain) domain = read_domain(root, words[0], error);
    return domain && plan(root, domain, error);
}

const VgpuctlVerb vgpuctl_plan = {
    .name = "plan",
    .arguments = "[DOMAIN]",
    .summary = "show what a domain's start would do about its vGPUs, and why",
    .options = options,
    .most = 1,
    .run = run_plan,
};
