/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-host.c - what is read for one vGPU places it where all there is would.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "host.h"
#include "placement.h"

#include <unistd.h>

#define GPU    "0001:00:00.0"
#define OTHER  "0002:00:00.0"
#define UUID_D "83b8f4f2-509f-382f-3c1e-e6bfe0fa1004"
#define UUID_E "83b8f4f2-509f-382f-3c1e-e6bfe0fa1005"

static void
define(MockSysfs *mock, const char *parent, const char *uuid, const char *type)
{
    g_autofree char *json =
        g_strdup_printf("{\"mdev_type\":\"%s\",\"start\":\"auto\",\"attrs\":[]}", type);
    mock_sysfs_define(mock, parent, uuid, json);
}

/* A vGPU that mdevctl is making: the kernel has not given it its type yet. */
static void
add_half(MockSysfs *mock, const char *uuid)
{
    g_autofree char *link =
        g_strdup_printf("%s/sys/bus/mdev/devices/%s/mdev_type", mock->path, uuid);
    assert_int_equal(mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", uuid), 0);
    assert_int_equal(unlink(link), 0);
}

static void
put_record(MockSysfs *mock, const char *uuid)
{
    VgpuRecord record = {
        .state = VGPU_RECORD_INTENDED,
        .domain = (char *)UUID_E,
        .domain_name = (char *)"other",
        .vgpu = (char *)uuid,
        .parent = (char *)OTHER,
        .type = (char *)"vgpu-16m",
    };
    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

/* "name load reserved, " for each place. */
static char *
places_of(const VgpuHost *host)
{
    VgpuPlacementQuery query = {
        .host = host, .vgpu = "", .type = "vgpu-16m", .placement = VGPU_PLACEMENT_SPREAD};
    g_autoptr(GArray) places = vgpu_placement_order(&query, NULL);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < places->len; i++) {
        const VgpuPlace *place = &g_array_index(places, VgpuPlace, i);
        g_string_append_printf(text, "%s %u %u, ", place->parent->name, place->load,
                               place->reserved);
    }
    return g_string_free(text, FALSE);
}

static void
test_less_is_enough(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;

    mock_sysfs_add_gpu(mock, GPU);
    mock_sysfs_add_gpu(mock, OTHER);
    assert_int_equal(mock_sysfs_add_mdev(mock, GPU, "vgpu-32m", UUID_A), 0);
    define(mock, GPU, UUID_A, "vgpu-32m");
    add_half(mock, UUID_B);
    define(mock, GPU, UUID_B, "vgpu-16m");
    define(mock, GPU, UUID_C, "vgpu-64m");
    put_record(mock, UUID_D);

    g_autoptr(VgpuHost) all = vgpu_host_look(mock->root, &error);
    assert_no_error(error);
    g_autoptr(VgpuHost) some = vgpu_host_look_for(mock->root, "vgpu-16m", &error);
    assert_no_error(error);
    g_autofree char *by_all = places_of(all), *by_some = places_of(some);
    /* one that is there, and two to come: of 16 MiB one place, of 64 MiB four */
    assert_string_equal(by_all, OTHER " 1 0, " GPU " 3 5, ");
    assert_string_equal(by_some, by_all);

    const VgpuParent *first = some->parents->pdata[0], *second = some->parents->pdata[1];
    assert_int_equal(first->types->len, 2);
    assert_int_equal(second->types->len, 1);
    assert_int_equal(some->definitions->len, 2);
    assert_int_equal(all->definitions->len, 3);
}

/* Sizes that divide each other cost what they are; others may lie across one more. */
static void
test_cost(void **state)
{
    static const struct {
        guint taken, wanted, cost;
    } cases[] = {
        {16, 64, 1},       {64, 16, 4},       {6144, 3072, 2}, {3072, 6144, 1},
        {10240, 6144, 3},  {4096, 6144, 2},   {4096, 3072, 2}, {1, 65536, 1},
        {65536, 1, 65536}, {65535, 65536, 2}, {0, 16, 1},      {16, 0, 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        VgpuType taken = {.framebuffer_mib = cases[i].taken};
        VgpuType wanted = {.framebuffer_mib = cases[i].wanted};

        assert_int_equal(vgpu_host_cost(&taken, &wanted), cases[i].cost);
    }
    assert_int_equal(vgpu_host_cost(NULL, &(VgpuType){.framebuffer_mib = 16}), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_less_is_enough),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
