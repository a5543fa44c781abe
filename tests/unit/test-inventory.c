/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-inventory.c - vGPUs, definitions and records joined by uuid.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "inventory.h"
#include "parent.h"

#define GPU "0001:00:00.0"

static void
record(MockSysfs *mock, const char *uuid, const char *name)
{
    VgpuRecord record = {.state = VGPU_RECORD_READY,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)name,
                         .vgpu = (char *)uuid,
                         .parent = (char *)GPU,
                         .type = (char *)"vgpu-16m"};
    GError *error = NULL;
    assert_true(vgpu_root_make_state_dir(mock->root, &error));
    vgpu_record_save(mock->root, &record, &error);
    assert_no_error(error);
}

static void
test_joined(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, GPU);
    mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_define(mock, GPU, UUID_A, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\"}");
    mock_sysfs_define(mock, GPU, UUID_B, "{\"mdev_type\":\"vgpu-32m\",\"start\":\"manual\"}");
    record(mock, UUID_C, "demo");

    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(mock->root);
    assert_int_equal(inventory->problems->len, 0);
    assert_int_equal(inventory->parents->len, 1);
    assert_int_equal(inventory->entries->len, 3);
    const VgpuInventoryEntry *a = inventory->entries->pdata[0];
    const VgpuInventoryEntry *b = inventory->entries->pdata[1];
    const VgpuInventoryEntry *c = inventory->entries->pdata[2];
    assert_non_null(a->device);
    assert_true(a->definition->autostart);
    assert_null(a->record);
    assert_null(b->device);
    assert_string_equal(b->type, "vgpu-32m");
    assert_null(c->device);
    assert_null(c->definition);
    assert_string_equal(c->record->domain_name, "demo");
    assert_string_equal(c->parent, GPU);
}

static void
test_definition_on_another_parent_is_not_mixed_up(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, GPU);
    mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_define(mock, "mtty", UUID_A, "{\"mdev_type\":\"mtty-1\",\"start\":\"auto\"}");
    record(mock, UUID_A, "demo");
    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(mock->root);
    assert_int_equal(inventory->entries->len, 2);
    const VgpuInventoryEntry *active = inventory->entries->pdata[0];
    const VgpuInventoryEntry *defined = inventory->entries->pdata[1];
    assert_null(active->definition);
    assert_non_null(active->record);
    assert_null(defined->device);
    assert_null(defined->record);
}

static void
test_problems_hide_nothing(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, GPU);
    mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_define(mock, GPU, UUID_B, "rubbish");
    mock_sysfs_write(mock, "sys/devices/pci/" GPU "/mdev_supported_types/broken/name", "x\n");
    record(mock, UUID_A, "demo");
    mock_sysfs_write(mock, "run/openvgpu/vgpus/" UUID_C ".json", "{\"version\": 99}");

    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(mock->root);
    assert_int_equal(inventory->problems->len, 3);
    assert_int_equal(inventory->entries->len, 2);
    const VgpuInventoryEntry *a = inventory->entries->pdata[0];
    assert_string_equal(a->record->domain_name, "demo");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_definition_on_another_parent_is_not_mixed_up),
        cmocka_unit_test(test_problems_hide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
