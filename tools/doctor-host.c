/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-host.c - what many checks of vgpuctl doctor look at, looked up once.
 */
#include "doctor.h"

#include "command.h"
#include "definition.h"
#include "file.h"
#include "kernel.h"
#include "parent.h"
#include "provider.h"
#include "sysfs.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define RULE_MAX (1024 * 1024)

gboolean
doctor_host_has_file(const DoctorHost *host, const char *path)
{
    g_autofree char *full = vgpu_root_at(host->root, path);
    return g_file_test(full, G_FILE_TEST_EXISTS);
}

gboolean
doctor_host_has_parent(const DoctorHost *host, const char *name)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (strcmp(parent->name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

guint
doctor_host_count_vfs(const DoctorHost *host, const char *gpu)
{
    g_autofree char *file =
        vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, gpu, "sriov_numvfs", NULL);
    guint number = 0;

    return file && vgpu_sysfs_read_uint(file, &number, NULL) ? number : 0;
}

gboolean
doctor_host_has_mediated_vf(const DoctorHost *host, const char *gpu)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (strcmp(parent->gpu, gpu) == 0 && strcmp(parent->name, gpu) != 0)
            return TRUE;
    }
    return FALSE;
}

char *
doctor_host_ask(const DoctorHost *host, const char *const *argv)
{
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    g_autofree char *text = NULL;

    if (!vgpu_command_run(host->root, argv, &deadline, &text, NULL))
        return NULL;
    return g_steal_pointer(&text);
}

/* Does a provider make vGPUs on virtual functions of this one, once they are on? */
static gboolean
is_function(const VgpuRoot *root, const char *name)
{
    for (guint i = 0; vgpu_providers[i]; i++)
        if (vgpu_providers[i]->enable && vgpu_providers[i]->has_parent(root, name))
            return TRUE;
    return FALSE;
}

static GPtrArray *
list_functions(const VgpuRoot *root)
{
    GPtrArray *functions = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PCI);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);

    for (guint i = 0; names && i < names->len; i++)
        if (is_function(root, names->pdata[i]))
            g_ptr_array_add(functions, g_strdup(names->pdata[i]));
    return functions;
}

static gboolean
has_module_list(const DoctorHost *host)
{
    g_autofree char *path = host->release ? vgpu_root_path(host->root, VGPU_DIR_MODULES, NULL,
                                                           host->release, "modules.dep", NULL)
                                          : NULL;
    return path && g_file_test(path, G_FILE_TEST_EXISTS);
}

/* As libvirt's clients choose: by which socket's file is there. */
static const VgpuDaemon *
choose_daemon(const DoctorHost *host)
{
    if (host->virtqemud->has_socket)
        return host->virtqemud;
    return host->libvirtd->has_socket ? host->libvirtd : NULL;
}

/* The values of ID and ID_LIKE, without their quotes. */
static char *
read_system(const VgpuRoot *root)
{
    GString *system = g_string_new(NULL);
    g_autofree char *path = vgpu_root_at(root, "/etc/os-release");
    g_autofree char *text = NULL;
    /* a link, mostly */
    gboolean ok = g_file_get_contents(path, &text, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(ok ? text : "", "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        gboolean like = g_str_has_prefix(lines[i], "ID_LIKE=");
        if (!like && !g_str_has_prefix(lines[i], "ID="))
            continue;
        g_string_append(system, strchr(lines[i], '=') + 1);
        g_string_append_c(system, ' ');
    }
    g_strdelimit(system->str, "\"'", ' ');
    return g_string_free(system, FALSE);
}

/* As "uname -m" says; the file is there since Linux 6.1. */
static char *
read_machine(const VgpuRoot *root)
{
    g_autofree char *path = vgpu_root_at(root, "/proc/sys/kernel/arch");
    char *text = vgpu_file_read(path, VGPU_NAME_MAX, NULL, NULL);
    struct utsname name;

    if (text)
        return g_strchomp(text);
    return g_strdup(uname(&name) == 0 ? name.machine : "");
}

DoctorHost *
doctor_host_new(const VgpuRoot *root)
{
    DoctorHost *host = g_new0(DoctorHost, 1);

    host->root = root;
    host->privileged = geteuid() == 0 || vgpu_root_is_mock(root);
    host->release = vgpu_kernel_release(root);
    host->knows_modules = has_module_list(host);
    host->parents = vgpu_parent_list(root, NULL);
    host->functions = list_functions(root);
    host->unread = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    host->definitions = vgpu_definition_list(root, NULL, host->unread, NULL);
    if (!host->parents)
        host->parents = g_ptr_array_new();
    if (!host->definitions)
        host->definitions = g_ptr_array_new();
    host->virtqemud = vgpu_daemon_load(root, "virtqemud");
    host->libvirtd = vgpu_daemon_load(root, "libvirtd");
    host->daemon = choose_daemon(host);
    host->system = read_system(root);
    host->machine = read_machine(root);
    return host;
}

void
doctor_host_free(DoctorHost *host)
{
    if (!host)
        return;
    g_free(host->release);
    g_ptr_array_unref(host->parents);
    g_ptr_array_unref(host->functions);
    g_ptr_array_unref(host->definitions);
    g_ptr_array_unref(host->unread);
    vgpu_daemon_free(host->virtqemud);
    vgpu_daemon_free(host->libvirtd);
    g_free(host->system);
    g_free(host->machine);
    g_free(host);
}

/* What has a name of its own in some systems; in others it is called as in the last column. */
typedef struct {
    const char *what;
    const char *debian;
    const char *fedora;
    const char *others;
} Package;

static const Package packages[] = {
    {"libvirt", "libvirt-daemon-system", "libvirt-daemon-kvm", "libvirt-daemon-qemu"},
    {"nodedev", "libvirt-daemon-driver-nodedev", "libvirt-daemon-driver-nodedev",
     "libvirt-daemon-driver-nodedev"},
    {"mdevctl", "mdevctl", "mdevctl", "mdevctl"},
};

/* QEMU for each kind of machine; the last is for all others. */
static const Package qemus[] = {
    {"x86_64", "qemu-system-x86", "qemu-kvm", "qemu-x86"},
    {"aarch64", "qemu-system-arm", "qemu-kvm", "qemu-arm"},
    {"s390x", "qemu-system-s390x", "qemu-kvm", "qemu-s390x"},
    {"ppc64le", "qemu-system-ppc", "qemu-kvm", "qemu-ppc"},
    {NULL, "qemu-system", "qemu-kvm", "qemu"},
};

static const Package *
find_package(const DoctorHost *host, const char *what)
{
    gboolean is_qemu = strcmp(what, "qemu") == 0;
    const Package *package = is_qemu ? qemus : packages;
    const char *name = is_qemu ? host->machine : what;

    while (package->what && strcmp(package->what, name) != 0)
        package++;
    return package;
}

static gboolean
is_system(const DoctorHost *host, const char *name)
{
    return strstr(host->system, name) != NULL;
}

char *
doctor_host_package(const DoctorHost *host, const char *what)
{
    const Package *package = find_package(host, what);

    if (is_system(host, "debian"))
        return g_strdup_printf("apt install %s", package->debian);
    if (is_system(host, "fedora") || is_system(host, "rhel"))
        return g_strdup_printf("dnf install %s", package->fedora);
    if (is_system(host, "suse"))
        return g_strdup_printf("zypper install %s", package->others);
    return g_strdup_printf("install the package %s", package->others);
}

char *
doctor_host_rule(const DoctorHost *host, const char *name)
{
    /* udev(7): of files with the same name the first counts */
    static const char *const folders[] = {
        "/etc/udev/rules.d",     "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
        "/usr/lib/udev/rules.d", "/lib/udev/rules.d",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = vgpu_root_at(host->root, folders[i]);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
        if (g_file_test(path, G_FILE_TEST_IS_SYMLINK) || g_file_test(path, G_FILE_TEST_EXISTS))
            return NULL;
    }
    return NULL;
}

/* The first absolute path that ends in "/mdevctl", of what a rule runs. */
static char *
find_program(const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new("(/[^\\s\"'/]+)+/mdevctl(?=[\\s\"'])", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(regex, text, 0, &match) ? g_match_info_fetch(match, 0) : NULL;
}

char *
doctor_host_mdevctl_rule(const DoctorHost *host)
{
    g_autofree char *path = doctor_host_rule(host, "60-mdevctl.rules");
    g_autofree char *text = path ? vgpu_file_read(path, RULE_MAX, NULL, NULL) : NULL;

    return text ? find_program(text) : NULL;
}
