/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hosts.c - vgpuctl and the hook on hosts of other vendors: each is a tree in
 * tests/data/hosts/, with transcripts of what the programs say and do there.
 */
#include "mock-tree.h"
#include "transcript.h"
#include "unit.h"

#include "prepare.h"

#include <stdlib.h>

#define SIGNER "a9000000-0000-4000-8000-00000000000a"
#define MDEV   "sys/bus/mdev/devices/" SIGNER
#define TYPE   "sys/class/mdev_bus/matrix/mdev_supported_types/vfio_ap-passthrough"

static char *
data_file(const char *host, const char *suffix)
{
    const char *top = getenv("top_srcdir");
    g_autofree char *name = g_strconcat(host, suffix, NULL);

    return g_build_filename(top ? top : "../..", "tests/data/hosts", name, NULL);
}

static MockSysfs *
load_host(const char *host)
{
    MockSysfs *mock = mock_sysfs_new();
    g_autofree char *tree = data_file(host, ".tree");

    mock_tree_load(mock, tree);
    return mock;
}

static void
check_transcript(const char *host, const char *suffix)
{
    g_autoptr(MockSysfs) mock = load_host(host);
    g_autofree char *file = data_file(host, suffix);

    mock_sysfs_serve(mock);
    mock_sysfs_settle(mock);
    transcript_check(mock, file);
}

/* What is there, as people see it; then what is made, changed and refused. */
static void
test_host(void **state)
{
    check_transcript(*state, ".txt");
}

/* The same for programs. */
static void
test_host_json(void **state)
{
    check_transcript(*state, ".json.txt");
}

/* Of a build that has libvirt's module. */
static void
test_host_plan(void **state)
{
    const char *top = getenv("top_builddir");
    g_autofree char *module =
        g_build_filename(top ? top : "../..", "tools/libvirt/vgpuctl-libvirt.so", NULL);

    if (!g_file_test(module, G_FILE_TEST_EXISTS))
        skip();
    check_transcript(*state, ".plan.txt");
}

/* An attribute that comes more than once is written each time, in the order of the metadata. */
static void
test_attributes_in_order(void **state)
{
    g_autoptr(MockSysfs) mock = load_host("vfio-ap");
    g_autofree char *xml = mock_sysfs_read(mock, "etc/libvirt/qemu/signer.xml");
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(xml, strlen(xml), NULL);
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    GError *error = NULL;

    vgpu_prepare(mock->root, domain, settings, &deadline, &error);
    assert_no_error(error);
    g_autofree char *log = mock_sysfs_read(mock, "kernel/log");
    assert_string_equal(log, TYPE "/create = " SIGNER "\n" MDEV "/assign_adapter = 8\n" MDEV
                                  "/assign_adapter = 9\n" MDEV "/assign_domain = 0x12\n");
}

#define HOST(name)                                                                                 \
    {name, test_host, NULL, NULL, (void *)(name)},                                                 \
        {name " --json", test_host_json, NULL, NULL, (void *)(name)},                              \
    {                                                                                              \
        name " plan", test_host_plan, NULL, NULL, (void *)(name)                                   \
    }

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOST("nvidia-mdev"), HOST("nvidia-vf"),
        HOST("gvt-g"),       HOST("vfio-ap"),
        HOST("vfio-ccw"),    HOST("mtty"),
        HOST("mixed"),       cmocka_unit_test(test_attributes_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
