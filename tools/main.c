/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - vgpuctl: options that all verbs share, the table of verbs, and the exit status.
 */
#include "config.h"

#include "error.h"
#include "log.h"
#include "module.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* In the order in which help shows them. */
static const VgpuctlVerb *const verbs[] = {
    &vgpuctl_list,    &vgpuctl_show,     &vgpuctl_create, &vgpuctl_remove,
    &vgpuctl_define,  &vgpuctl_undefine, &vgpuctl_modify, &vgpuctl_autostart,
    &vgpuctl_restore, &vgpuctl_events,   &vgpuctl_doctor,
};

/* Those that come before the verb. */
static struct {
    char *folder;
    gboolean help;
    gboolean version;
} options;

static const GOptionEntry entries[] = {
    {"root", 0, 0, G_OPTION_ARG_FILENAME, &options.folder, NULL, NULL},
    {"help", 'h', 0, G_OPTION_ARG_NONE, &options.help, NULL, NULL},
    {"version", 0, 0, G_OPTION_ARG_NONE, &options.version, NULL, NULL},
    {NULL},
};

static void
print_verb(const VgpuctlVerb *verb)
{
    g_autofree char *call = g_strdup_printf("%s %s", verb->name, verb->arguments);
    printf("  %-24s %s\n", call, verb->summary);
}

static void
print_help(const VgpuRoot *root)
{
    g_autoptr(GError) error = NULL;
    const VgpuctlVerb *const *more = vgpuctl_module_verbs(root, &error);

    printf("Usage: vgpuctl [--root DIR] VERB [ARGUMENTS]\n"
           "\n"
           "Shows, makes, defines and restores the vGPUs of this machine.\n"
           "\n"
           "Options:\n"
           "  --root DIR     work on a tree below DIR instead of /\n"
           "  --help         show this help and exit; after a verb, that verb's\n"
           "  --version      show the version and exit\n"
           "\n"
           "Verbs:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        print_verb(verbs[i]);
    for (gsize i = 0; more && more[i]; i++)
        print_verb(more[i]);
    if (error)
        vgpu_log_error(error);
}

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE, "%s --help'", what);
    return FALSE;
}

static const VgpuctlVerb *
find_verb(const VgpuRoot *root, const char *name, GError **error)
{
    GError *reason = NULL;
    const VgpuctlVerb *verb;

    if (!name) {
        refuse(error, "a verb is missing; see 'vgpuctl");
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    verb = vgpuctl_module_find(root, name, &reason);
    if (reason)
        g_propagate_error(error, reason);
    else if (!verb)
        refuse(error, "there is no verb '%s'; see 'vgpuctl", name);
    return verb;
}

/* Takes the options before the verb out of @argv. */
static gboolean
parse_options(int *argc, char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    GError *reason = NULL;

    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &reason)) {
        refuse(error, "%s; see 'vgpuctl", reason->message);
        g_error_free(reason);
        return FALSE;
    }
    if (options.folder && !options.folder[0])
        return refuse(error, "--root needs a folder; see 'vgpuctl");
    return TRUE;
}

/* Takes the verb's options out of @argv, which starts with the verb; words are left. */
static gboolean
parse_verb(const VgpuctlVerb *verb, int *argc, char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autofree char *program = g_strconcat("vgpuctl ", verb->name, NULL);
    GError *reason = NULL;

    g_set_prgname(program);
    g_option_context_set_summary(context, verb->summary);
    if (verb->options)
        g_option_context_add_main_entries(context, verb->options, NULL);
    if (g_option_context_parse(context, argc, argv, &reason))
        return TRUE;
    refuse(error, "%s; see '%s", reason->message, program);
    g_error_free(reason);
    return FALSE;
}

static gboolean
run_verb(const VgpuctlVerb *verb, const VgpuRoot *root, int argc, char **argv, GError **error)
{
    if (!parse_verb(verb, &argc, &argv, error))
        return FALSE;
    /* GLib leaves a "--" where words follow it */
    const char *const *words = (const char *const *)argv + 1;
    if (words[0] && strcmp(words[0], "--") == 0)
        words++;
    guint count = g_strv_length((char **)words);
    if (count < verb->least)
        return refuse(error, "'%s' needs %s; see 'vgpuctl %s", verb->name, verb->arguments,
                      verb->name);
    if (count > verb->most)
        return refuse(error, "'%s' does not know '%s'; see 'vgpuctl %s", verb->name,
                      words[verb->most], verb->name);
    return verb->run(root, words, error);
}

static gboolean
run(int argc, char **argv, GError **error)
{
    if (!parse_options(&argc, &argv, error))
        return FALSE;
    g_autoptr(VgpuRoot) root = vgpu_root_new(options.folder);
    if (options.help)
        print_help(root);
    else if (options.version)
        printf("vgpuctl %s\n", PACKAGE_VERSION);
    if (options.help || options.version)
        return TRUE;
    /* GLib leaves a "--" where options follow it */
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    const VgpuctlVerb *verb = find_verb(root, argv[first], error);
    return verb && run_verb(verb, root, argc - first, argv + first, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    setlocale(LC_CTYPE, "");
    gboolean ok = run(argc, argv, &error);
    if (ok && (fflush(stdout) != 0 || ferror(stdout)))
        vgpu_error_set_errno(&error, EIO, "cannot write to standard output");
    if (error)
        vgpu_log_error(error);
    return vgpu_error_exit_status(error);
}
