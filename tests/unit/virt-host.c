/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virt-host.c - a mock machine with libvirt's test driver, and vgpuctl's verbs that ask it.
 */
#include "virt-host.h"

#include "mock-libvirt.h"
#include "mock-log.h"
#include "program.h"
#include "unit.h"

#include "device.h"
#include "record.h"
#include "verbs.h"
#include "xml.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define URI "test:///default"

virDomain *
host_define(Host *host, const char *name, const char *uuid, const char *metadata,
            const char *devices)
{
    g_autofree char *element =
        metadata ? g_strdup_printf("<metadata>%s</metadata>", metadata) : g_strdup("");
    g_autofree char *xml = g_strdup_printf(
        "<domain type='test'><name>%s</name><uuid>%s</uuid><title>a &lt; b</title>%s"
        "<memory>65536</memory><os><type>hvm</type></os><devices>%s</devices></domain>",
        name, uuid, element, devices);
    virDomain *domain = virDomainDefineXML(host->libvirt, xml);

    assert_non_null(domain);
    return domain;
}

int
host_setup(void **state)
{
    Host *host = g_new0(Host, 1);

    mock_log_setup((void **)&host->mock);
    mock_libvirt = (MockLibvirt){.mock = host->mock};
    host->libvirt = virConnectOpen(URI);
    assert_non_null(host->libvirt);
    host->domain = host_define(
        host, "desk", HOST_DOMAIN,
        "<other:app xmlns:other='urn:other'><other:x y='1'/><!-- kept --></other:app>",
        "<disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk>");
    virDomainFree(host_define(host, "other", HOST_OTHER, NULL, ""));
    *state = host;
    return 0;
}

int
host_teardown(void **state)
{
    Host *host = *state;

    g_clear_pointer(&mock_libvirt.plugged, g_free);
    virDomainFree(host->domain);
    virConnectClose(host->libvirt);
    mock_log_teardown((void **)&host->mock);
    g_free(host->printed);
    g_free(host);
    return 0;
}

/* A verb's options keep their values: a process runs one verb once, elsewhere. */
static void
reset_options(const VgpuctlVerb *verb)
{
    for (const GOptionEntry *entry = verb->options; entry->long_name; entry++) {
        if (entry->arg == G_OPTION_ARG_NONE)
            *(gboolean *)entry->arg_data = FALSE;
        else if (entry->arg == G_OPTION_ARG_STRING || entry->arg == G_OPTION_ARG_FILENAME)
            g_clear_pointer((char **)entry->arg_data, g_free);
        else
            g_clear_pointer((char ***)entry->arg_data, g_strfreev);
    }
}

/* Standard output goes to a file until capture_end(), which returns what was written. */
static int
capture_begin(MockSysfs *mock)
{
    g_autofree char *path = g_build_filename(mock->path, "output", NULL);
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    int saved = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    close(file);
    return saved;
}

static char *
capture_end(MockSysfs *mock, int saved)
{
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    return mock_sysfs_read(mock, "output");
}

static const VgpuctlVerb *
find_verb(const char *name)
{
    for (guint i = 0; vgpuctl_libvirt_verbs[i]; i++)
        if (g_str_equal(vgpuctl_libvirt_verbs[i]->name, name))
            return vgpuctl_libvirt_verbs[i];
    fail_msg("there is no verb '%s'", name);
    return NULL;
}

char *
host_run(Host *host, const char *line, GError **error)
{
    g_autofree char *whole = g_strconcat(line, " --connect " URI, NULL);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_auto(GStrv) words = NULL;
    const VgpuctlVerb *verb;
    gboolean ok;
    int saved;

    assert_true(g_shell_parse_argv(whole, NULL, &words, NULL));
    verb = find_verb(words[0]);
    g_option_context_add_main_entries(context, verb->options, NULL);
    assert_true(g_option_context_parse_strv(context, &words, NULL));
    saved = capture_begin(host->mock);
    ok = verb->run(host->mock->root, (const char *const *)words + 1, error);
    g_free(host->printed);
    host->printed = g_strchomp(capture_end(host->mock, saved));
    reset_options(verb);
    return ok ? g_strdup(host->printed) : NULL;
}

void
host_done(Host *host, const char *line, const char *output)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = host_run(host, line, &error);

    if (error)
        fail_msg("%s: %s", line, error->message);
    assert_string_equal(got, output);
}

void
host_refused(Host *host, const char *line, VgpuError code, const char *text)
{
    GError *error = NULL;
    g_autofree char *output = host_run(host, line, &error);

    if (output)
        fail_msg("%s: this should have failed", line);
    assert_error(&error, code, text);
    assert_string_equal(host->printed, "");
}

char *
host_dump(Host *host, unsigned int flags)
{
    char *xml = virDomainGetXMLDesc(host->domain, flags);

    assert_non_null(xml);
    return xml;
}

void
host_assert_unchanged(Host *host, const char *before)
{
    g_autofree char *now = host_dump(host, HOST_SECRETS);

    assert_string_equal(now, before);
}

void
host_assert_counts(Host *host, guint vgpus, guint records)
{
    g_autoptr(GPtrArray) devices = vgpu_device_list(host->mock->root, NULL);
    g_autoptr(GPtrArray) list = vgpu_record_list(host->mock->root, NULL, NULL);

    assert_int_equal(devices->len, vgpus);
    assert_int_equal(list->len, records);
}

/* Those parts of @xml that verbs change, laid out by libxml2, since libvirts differ in that. */
static char *
parts_of(const char *xml)
{
    static const char *const names[] = {"metadata", "hostdev", "graphics", "video"};
    g_autoptr(xmlDoc) doc = xmlReadDoc((const xmlChar *)xml, NULL, NULL, XML_PARSE_NOBLANKS);
    xmlNode *root = xmlDocGetRootElement(doc);
    g_autoptr(xmlDoc) result = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *parts = xmlNewDocNode(result, NULL, (const xmlChar *)"parts", NULL);
    xmlChar *text;
    int length;

    xmlDocSetRootElement(result, parts);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        xmlNode *parent = i == 0 ? root : vgpu_xml_child(root, "devices");
        for (xmlNode *node = parent->children; node; node = node->next)
            if (vgpu_xml_is(node, NULL, names[i]))
                xmlAddChild(parts, xmlDocCopyNode(node, result, 1));
    }
    xmlDocDumpFormatMemory(result, &text, &length, 1);
    char *copy = g_strdup((const char *)text);
    xmlFree(text);
    return copy;
}

void
host_assert_parts(Host *host, const char *file)
{
    g_autofree char *xml = host_dump(host, HOST_SECRETS);
    g_autofree char *parts = parts_of(xml);
    g_autofree char *expected = program_golden(file, parts);

    assert_string_equal(parts, expected);
}
