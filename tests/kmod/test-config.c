/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front end's PCI configuration space: what reads, what a guest can write,
 * and what COMMAND and the power state say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "config.h"

static const struct vgpu_identity display = {
    .vendor = 0x1234,
    .device = 0x1111,
    .subsystem_vendor = 0x1af4,
    .subsystem_device = 0x1100,
    .class = 0x038000,
    .revision = 2,
    .intx = true,
    .msi_vectors = 4,
};

static const struct vgpu_bar_info bars[VGPU_MAX_BARS] = {
    [0] = {.size = 16 << 20, .flags = VGPU_BAR_PREFETCH},
    [2] = {.size = 4096},
    [3] = {.size = 8ULL << 30, .flags = VGPU_BAR_64BIT | VGPU_BAR_PREFETCH},
    [5] = {.size = 32, .flags = VGPU_BAR_IO},
};

static struct vgpu_config config;

static int
setup(void **state)
{
    (void)state;
    vgpu_config_init(&config, &display, bars, 64 << 10);
    return 0;
}

static u32
get(unsigned int offset, unsigned int size)
{
    u8 bytes[4] = {0};

    vgpu_config_read(&config, offset, bytes, size);
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}

static void
put(unsigned int offset, unsigned int size, u32 value)
{
    u8 bytes[4] = {value, value >> 8, value >> 16, value >> 24};

    vgpu_config_write(&config, offset, bytes, size);
}

static void
test_identity(void **state)
{
    (void)state;
    assert_int_equal(get(PCI_VENDOR_ID, 2), 0x1234);
    assert_int_equal(get(PCI_DEVICE_ID, 2), 0x1111);
    assert_int_equal(get(PCI_CLASS_REVISION, 4), 0x03800002);
    assert_int_equal(get(PCI_SUBSYSTEM_VENDOR_ID, 4), 0x11001af4);
    assert_int_equal(get(PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_NORMAL);
    assert_int_equal(get(PCI_INTERRUPT_PIN, 1), 1);
}

/* Every bit that is not in a BAR, ROM, COMMAND or a capability's controls. */
static void
test_all_ones_change_only_what_is_writable(void **state)
{
    struct vgpu_config before = config;
    u8 ones[VGPU_CONFIG_SIZE];

    (void)state;
    memset(ones, 0xff, sizeof ones);
    vgpu_config_write(&config, 0, ones, sizeof ones);
    for (unsigned int i = 0; i < VGPU_CONFIG_SIZE; i++)
        assert_int_equal((config.data[i] ^ before.data[i]) & ~config.mask[i], 0);
    assert_int_equal(get(PCI_VENDOR_ID, 4), 0x11111234);
    assert_int_equal(get(PCI_CLASS_REVISION, 4), 0x03800002);
    assert_int_equal(get(PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
    assert_int_equal(get(PCI_CAPABILITY_LIST, 4), VGPU_CONFIG_PM);
    assert_int_equal(get(PCI_INTERRUPT_PIN, 1), 1);
    assert_int_equal(get(PCI_INTERRUPT_LINE, 1), 0xff);
    assert_int_equal(get(VGPU_CONFIG_MSI + 14, 2), 0);
    assert_int_equal(get(0xfc, 4), 0);
}

static u32
sized(unsigned int bar)
{
    put(PCI_BASE_ADDRESS_0 + 4 * bar, 4, 0xffffffff);
    return get(PCI_BASE_ADDRESS_0 + 4 * bar, 4);
}

static void
test_bars_size(void **state)
{
    (void)state;
    assert_int_equal(sized(0), 0xff000000 | PCI_BASE_ADDRESS_MEM_PREFETCH);
    assert_int_equal(sized(1), 0);
    assert_int_equal(sized(2), 0xfffff000);
    assert_int_equal(sized(3), PCI_BASE_ADDRESS_MEM_PREFETCH | PCI_BASE_ADDRESS_MEM_TYPE_64);
    assert_int_equal(sized(4), 0xfffffffe);
    assert_int_equal(sized(5), 0xffffffe0 | PCI_BASE_ADDRESS_SPACE_IO);
}

static void
test_bars_hold_an_address(void **state)
{
    (void)state;
    put(PCI_BASE_ADDRESS_0, 4, 0xfd123456);
    assert_int_equal(get(PCI_BASE_ADDRESS_0, 4), 0xfd000008);
    put(PCI_BASE_ADDRESS_0 + 3, 1, 0xc0);
    assert_int_equal(get(PCI_BASE_ADDRESS_0, 4), 0xc0000008);
    put(PCI_BASE_ADDRESS_4, 4, 0x12345679);
    assert_int_equal(get(PCI_BASE_ADDRESS_4, 4), 0x12345678);
}

static void
test_rom(void **state)
{
    (void)state;
    put(PCI_ROM_ADDRESS, 4, 0xffffffff);
    assert_int_equal(get(PCI_ROM_ADDRESS, 4), 0xffff0000 | PCI_ROM_ADDRESS_ENABLE);
    vgpu_config_init(&config, &display, bars, 0);
    put(PCI_ROM_ADDRESS, 4, 0xffffffff);
    assert_int_equal(get(PCI_ROM_ADDRESS, 4), 0);
}

static void
test_command(void **state)
{
    (void)state;
    assert_false(vgpu_config_memory_enabled(&config));
    assert_false(vgpu_config_io_enabled(&config));
    put(PCI_COMMAND, 2, 0xffff);
    assert_int_equal(get(PCI_COMMAND, 2),
                     PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
                         PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
    assert_true(vgpu_config_memory_enabled(&config));
    assert_true(vgpu_config_io_enabled(&config));
    assert_true(vgpu_config_bus_master(&config));
    assert_true(vgpu_config_intx_disabled(&config));
    put(PCI_COMMAND, 1, PCI_COMMAND_MEMORY);
    assert_true(vgpu_config_memory_enabled(&config));
    assert_false(vgpu_config_io_enabled(&config));
    assert_false(vgpu_config_bus_master(&config));
    assert_true(vgpu_config_intx_disabled(&config));
    put(PCI_COMMAND + 1, 1, 0);
    assert_false(vgpu_config_intx_disabled(&config));
}

static void
test_power_state(void **state)
{
    const unsigned int pmcsr = VGPU_CONFIG_PM + PCI_PM_CTRL;

    (void)state;
    put(PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    put(pmcsr, 2, 3);
    assert_int_equal(get(pmcsr, 2), 3 | PCI_PM_CTRL_NO_SOFT_RESET);
    assert_false(vgpu_config_memory_enabled(&config));
    assert_false(vgpu_config_bus_master(&config));
    put(pmcsr, 2, 1);
    assert_int_equal(get(pmcsr, 2) & PCI_PM_CTRL_STATE_MASK, 3);
    put(pmcsr, 2, 0);
    assert_true(vgpu_config_memory_enabled(&config));
    put(pmcsr, 2, 2);
    assert_int_equal(get(pmcsr, 2) & PCI_PM_CTRL_STATE_MASK, 0);
}

static void
test_capabilities(void **state)
{
    struct vgpu_identity plain = display;

    (void)state;
    assert_int_equal(get(VGPU_CONFIG_PM, 2), PCI_CAP_ID_PM | VGPU_CONFIG_MSI << 8);
    assert_int_equal(get(VGPU_CONFIG_MSI, 2), PCI_CAP_ID_MSI);
    assert_int_equal(get(VGPU_CONFIG_MSI + PCI_MSI_FLAGS, 2), PCI_MSI_FLAGS_64BIT | 2 << 1);
    put(VGPU_CONFIG_MSI + PCI_MSI_ADDRESS_LO, 4, 0xfee01003);
    assert_int_equal(get(VGPU_CONFIG_MSI + PCI_MSI_ADDRESS_LO, 4), 0xfee01000);
    put(VGPU_CONFIG_MSI + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE);
    assert_true(get(VGPU_CONFIG_MSI + PCI_MSI_FLAGS, 2) & PCI_MSI_FLAGS_ENABLE);

    plain.msi_vectors = 0;
    vgpu_config_init(&config, &plain, bars, 0);
    assert_int_equal(get(VGPU_CONFIG_PM, 2), PCI_CAP_ID_PM);
    put(VGPU_CONFIG_MSI, 4, 0xffffffff);
    assert_int_equal(get(VGPU_CONFIG_MSI, 4), 0);
}

static void
test_reset(void **state)
{
    struct vgpu_config fresh = config;
    u8 ones[VGPU_CONFIG_SIZE];

    (void)state;
    memset(ones, 0xff, sizeof ones);
    vgpu_config_write(&config, 0, ones, sizeof ones);
    vgpu_config_set_intx(&config, true);
    vgpu_config_reset(&config);
    assert_memory_equal(&config, &fresh, sizeof config);
}

static void
test_intx_status(void **state)
{
    (void)state;
    vgpu_config_set_intx(&config, true);
    assert_int_equal(get(PCI_STATUS, 2), PCI_STATUS_CAP_LIST | PCI_STATUS_INTERRUPT);
    put(PCI_STATUS, 2, 0xffff);
    assert_true(get(PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
    vgpu_config_set_intx(&config, false);
    assert_int_equal(get(PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
}

static void
test_impossible_bars(void **state)
{
    static const struct {
        unsigned int bar;
        struct vgpu_bar_info info;
    } wrong[] = {
        {0, {.size = 3 << 20}},
        {0, {.size = 8}},
        {0, {.size = 1ULL << 32}},
        {0, {.size = 1ULL << 40, .flags = VGPU_BAR_64BIT}},
        {1, {.size = 0, .flags = VGPU_BAR_PREFETCH}},
        {1, {.size = 2, .flags = VGPU_BAR_IO}},
        {1, {.size = 512, .flags = VGPU_BAR_IO}},
        {1, {.size = 16, .flags = VGPU_BAR_IO | VGPU_BAR_PREFETCH}},
        {4, {.size = 4096}}, /* the other half of BAR 3 */
        {5, {.size = 4096, .flags = VGPU_BAR_64BIT}},
    };

    (void)state;
    assert_int_equal(vgpu_config_check_bars(bars), -1);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct vgpu_bar_info changed[VGPU_MAX_BARS];

        memcpy(changed, bars, sizeof changed);
        changed[wrong[i].bar] = wrong[i].info;
        assert_int_equal(vgpu_config_check_bars(changed), wrong[i].bar);
    }
}

static void
test_impossible_identities(void **state)
{
    struct vgpu_identity changed = display;

    (void)state;
    assert_true(vgpu_config_check_identity(&changed));
    changed.msi_vectors = 0;
    assert_true(vgpu_config_check_identity(&changed));
    changed.msi_vectors = 3;
    assert_false(vgpu_config_check_identity(&changed));
    changed.msi_vectors = 64;
    assert_false(vgpu_config_check_identity(&changed));
    changed.msi_vectors = 32;
    assert_true(vgpu_config_check_identity(&changed));
    changed.class = 0x1000000;
    assert_false(vgpu_config_check_identity(&changed));
    changed = display;
    changed.msix_vectors = 1;
    assert_false(vgpu_config_check_identity(&changed));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_identity, setup),
        cmocka_unit_test_setup(test_all_ones_change_only_what_is_writable, setup),
        cmocka_unit_test_setup(test_bars_size, setup),
        cmocka_unit_test_setup(test_bars_hold_an_address, setup),
        cmocka_unit_test_setup(test_rom, setup),
        cmocka_unit_test_setup(test_command, setup),
        cmocka_unit_test_setup(test_power_state, setup),
        cmocka_unit_test_setup(test_capabilities, setup),
        cmocka_unit_test_setup(test_reset, setup),
        cmocka_unit_test_setup(test_intx_status, setup),
        cmocka_unit_test_setup(test_impossible_bars, setup),
        cmocka_unit_test_setup(test_impossible_identities, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
