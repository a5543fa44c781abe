/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - vgpuctl: options that all verbs share, the table of verbs, and the exit status.
 */
#include "config.h"

#include "error.h"
#include "log.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const VgpuctlVerb *const verbs[] = {
    &vgpuctl_list,
    &vgpuctl_restore,
};

static void
print_help(void)
{
    printf("Usage: vgpuctl [--root DIR] VERB [ARGUMENTS]\n"
           "\n"
           "Lists the vGPUs of this machine and restores those that are defined.\n"
           "\n"
           "Options:\n"
           "  --root DIR     work on a tree below DIR instead of /\n"
           "  --help         show this help and exit\n"
           "  --version      show the version and exit\n"
           "\n"
           "Verbs:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *call = g_strdup_printf("%s %s", verbs[i]->name, verbs[i]->arguments);
        printf("  %-20s %s\n", call, verbs[i]->summary);
    }
}

static const VgpuctlVerb *
find_verb(const char *name, GError **error)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    if (name)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "there is no verb '%s'; see 'vgpuctl --help'", name);
    else
        g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                            "a verb is missing; see 'vgpuctl --help'");
    return NULL;
}

/* Options before the verb. Returns the index of the verb, 0 for help or version, -1 with error. */
static int
parse_options(int argc, char **argv, const char **folder, GError **error)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("vgpuctl %s\n", PACKAGE_VERSION);
            return 0;
        }
        if (strcmp(argv[i], "--root") != 0 || i + 1 >= argc) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                        "option '%s' is unknown or has no value; see 'vgpuctl --help'", argv[i]);
            return -1;
        }
        *folder = argv[++i];
    }
    return i;
}

static gboolean
run(int argc, char **argv, GError **error)
{
    const char *folder = NULL;
    int first = parse_options(argc, argv, &folder, error);
    if (first <= 0)
        return first == 0;
    const VgpuctlVerb *verb = find_verb(argv[first], error);
    if (!verb)
        return FALSE;
    g_autoptr(VgpuRoot) root = vgpu_root_new(folder);
    return verb->run(root, argc - first, argv + first, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = run(argc, argv, &error);
    if (ok && fflush(stdout) != 0)
        vgpu_error_set_errno(&error, EIO, "cannot write to standard output");
    if (error)
        vgpu_log_error(error);
    return vgpu_error_exit_status(error);
}
