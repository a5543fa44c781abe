/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front end's PCI configuration space: what reads, what a guest can write,
 * the capabilities, and what COMMAND and the power state say.
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

/* Everything that an identity can have. */
static const struct vgpu_identity engine = {
    .vendor = 0x1234,
    .device = 0x7e57,
    .class = 0x120000,
    .intx = true,
    .msi_vectors = 4,
    .msix_vectors = 65,
    .msix_bar = 2,
    .msix_table = 0x400,
    .msix_pba = 0xc00,
    .pcie = true,
    .vendor_cap_size = 8,
    .vendor_cap = "OpenVGPU",
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

static int
setup_engine(void **state)
{
    (void)state;
    vgpu_config_init(&config, &engine, bars, 0);
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

    assert_false(vgpu_config_write(&config, offset, bytes, size));
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
    assert_int_equal(get(PCI_COMMAND, 2), PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
                                              PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
                                              PCI_COMMAND_INTX_DISABLE);
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
test_chain(void **state)
{
    static const u8 ids[] = {PCI_CAP_ID_PM, PCI_CAP_ID_MSI, PCI_CAP_ID_MSIX, PCI_CAP_ID_EXP,
                             PCI_CAP_ID_VNDR};
    struct vgpu_identity changed = engine;
    unsigned int at = get(PCI_CAPABILITY_LIST, 1);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        assert_int_equal(at % 4, 0);
        assert_int_equal(get(at, 1), ids[i]);
        at = get(at + PCI_CAP_LIST_NEXT, 1);
    }
    assert_int_equal(at, 0);

    changed.msi_vectors = 0;
    changed.pcie = false;
    vgpu_config_init(&config, &changed, bars, 0);
    at = get(VGPU_CONFIG_PM + PCI_CAP_LIST_NEXT, 1);
    assert_int_equal(at, VGPU_CONFIG_MSIX);
    at = get(at + PCI_CAP_LIST_NEXT, 1);
    assert_int_equal(at, VGPU_CONFIG_VENDOR);
    assert_int_equal(get(at + PCI_CAP_LIST_NEXT, 1), 0);
    assert_int_equal(get(VGPU_CONFIG_EXP, 4), 0);
}

static void
test_msix_capability(void **state)
{
    const unsigned int flags = VGPU_CONFIG_MSIX + PCI_MSIX_FLAGS;

    (void)state;
    assert_int_equal(get(flags, 2), 64);
    assert_int_equal(get(VGPU_CONFIG_MSIX + PCI_MSIX_TABLE, 4), 0x402);
    assert_int_equal(get(VGPU_CONFIG_MSIX + PCI_MSIX_PBA, 4), 0xc02);
    assert_false(vgpu_config_msix_masked(&config));
    put(flags, 2, 0xffff);
    assert_int_equal(get(flags, 2), 64 | PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    assert_true(vgpu_config_msix_masked(&config));
    put(flags, 2, PCI_MSIX_FLAGS_ENABLE);
    assert_false(vgpu_config_msix_masked(&config));
    put(VGPU_CONFIG_MSIX + PCI_MSIX_TABLE, 4, 0);
    put(VGPU_CONFIG_MSIX + PCI_MSIX_PBA, 4, 0);
    assert_int_equal(get(VGPU_CONFIG_MSIX + PCI_MSIX_TABLE, 4), 0x402);
    assert_int_equal(get(VGPU_CONFIG_MSIX + PCI_MSIX_PBA, 4), 0xc02);
    put(flags, 2, PCI_MSIX_FLAGS_MASKALL);
    vgpu_config_reset(&config);
    assert_false(vgpu_config_msix_masked(&config));

    /* Without MSI-X nothing there can be written. */
    vgpu_config_init(&config, &display, bars, 0);
    put(flags, 2, 0xffff);
    assert_false(vgpu_config_msix_masked(&config));
}

/* Base Specification 3.1, 7.8: the fields that drivers and VMMs look at. */
static void
test_express_capability(void **state)
{
    const unsigned int exp = VGPU_CONFIG_EXP;
    u32 link;

    (void)state;
    assert_int_equal(get(exp + PCI_EXP_FLAGS, 2) & PCI_EXP_FLAGS_VERS, 2);
    assert_int_equal(get(exp + PCI_EXP_FLAGS, 2) & PCI_EXP_FLAGS_TYPE, PCI_EXP_TYPE_ENDPOINT << 4);
    assert_true(get(exp + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_FLR);
    assert_true(get(exp + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_RBER);
    assert_int_equal(get(exp + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_PAYLOAD, 0);
    assert_int_equal(get(exp + PCI_EXP_DEVSTA, 2), 0);
    link = get(exp + PCI_EXP_LNKCAP, 4);
    assert_int_equal(get(exp + PCI_EXP_LNKSTA, 2),
                     link & (PCI_EXP_LNKCAP_SLS | PCI_EXP_LNKCAP_MLW));
    assert_int_equal(link & PCI_EXP_LNKCAP_SLS, get(exp + PCI_EXP_LNKCTL2, 2));
    assert_true(get(exp + PCI_EXP_LNKCAP2, 4) >> (link & PCI_EXP_LNKCAP_SLS) & 1);
    assert_int_equal(link & PCI_EXP_LNKCAP_MLW, 16 << 4);
}

static void
test_express_controls(void **state)
{
    const unsigned int devctl = VGPU_CONFIG_EXP + PCI_EXP_DEVCTL;
    const u32 writable = 0x791f;

    (void)state;
    assert_int_equal(get(devctl, 2), 0x2810);
    put(devctl, 2, 0x7fff);
    assert_int_equal(get(devctl, 2), writable);
    put(devctl, 2, 0);
    assert_int_equal(get(devctl, 2), 0);
    put(VGPU_CONFIG_EXP + PCI_EXP_DEVCAP, 4, 0);
    assert_true(get(VGPU_CONFIG_EXP + PCI_EXP_DEVCAP, 4) & PCI_EXP_DEVCAP_FLR);
    vgpu_config_reset(&config);
    assert_int_equal(get(devctl, 2), 0x2810);
}

/* 7.8.4: Initiate Function Level Reset does its work, and reads zero. */
static void
test_function_level_reset(void **state)
{
    const unsigned int devctl = VGPU_CONFIG_EXP + PCI_EXP_DEVCTL;
    u8 bytes[8] = {0};

    (void)state;
    bytes[1] = 0x80;
    assert_true(vgpu_config_write(&config, devctl, bytes, 2));
    assert_int_equal(get(devctl, 2), 0);
    assert_true(vgpu_config_write(&config, devctl + 1, bytes + 1, 1));
    assert_true(vgpu_config_write(&config, devctl - 1, bytes, 1) == false);
    bytes[1] = 0x7f;
    assert_false(vgpu_config_write(&config, devctl, bytes, 2));
    /* Across registers, as part of something longer. */
    memset(bytes, 0, sizeof bytes);
    bytes[5] = 0x80;
    assert_true(vgpu_config_write(&config, devctl - 4, bytes, sizeof bytes));

    vgpu_config_init(&config, &display, bars, 0);
    memset(bytes, 0xff, sizeof bytes);
    assert_false(vgpu_config_write(&config, devctl, bytes, 2));
}

static void
test_vendor_capability(void **state)
{
    struct vgpu_identity changed = engine;
    u8 body[VGPU_VENDOR_CAP_SIZE];

    (void)state;
    assert_int_equal(get(VGPU_CONFIG_VENDOR + 2, 1), 3 + 8);
    vgpu_config_read(&config, VGPU_CONFIG_VENDOR + 3, body, 8);
    assert_memory_equal(body, "OpenVGPU", 8);
    put(VGPU_CONFIG_VENDOR + 3, 4, 0);
    vgpu_config_read(&config, VGPU_CONFIG_VENDOR + 3, body, 8);
    assert_memory_equal(body, "OpenVGPU", 8);

    /* The longest ends before the 256th byte. */
    changed.vendor_cap_size = VGPU_VENDOR_CAP_SIZE;
    memset(changed.vendor_cap, 0x5a, VGPU_VENDOR_CAP_SIZE);
    vgpu_config_init(&config, &changed, bars, 0);
    vgpu_config_read(&config, VGPU_CONFIG_VENDOR + 3, body, sizeof body);
    assert_memory_equal(body, changed.vendor_cap, sizeof body);
    assert_true(VGPU_CONFIG_VENDOR + 3 + VGPU_VENDOR_CAP_SIZE <= VGPU_CONFIG_SIZE);
    assert_int_equal(get(0xff, 1), 0);
}

/* 4096 bytes of PCI Express, whose list of extended capabilities is empty. */
static void
test_extended_space(void **state)
{
    u8 bytes[16];

    (void)state;
    assert_int_equal(config.size, 4096);
    memset(bytes, 0xff, sizeof bytes);
    assert_false(vgpu_config_write(&config, 0xf8, bytes, sizeof bytes));
    assert_false(vgpu_config_write(&config, 0x100, bytes, sizeof bytes));
    assert_false(vgpu_config_write(&config, 0xff0, bytes, sizeof bytes));
    assert_int_equal(get(0x100, 4), 0);
    assert_int_equal(get(0xffc, 4), 0);
    assert_int_equal(get(0xfff, 1), 0);
    vgpu_config_read(&config, 0xf8, bytes, sizeof bytes);
    for (size_t i = 8; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);

    vgpu_config_init(&config, &display, bars, 0);
    assert_int_equal(config.size, 256);
}

/* Any size at any place reads what bytes one by one read, and writes the same. */
static void
test_sizes_and_alignments(void **state)
{
    struct vgpu_config other = config;
    u8 whole[VGPU_CONFIG_SIZE];
    u8 part[8];

    (void)state;
    vgpu_config_read(&config, 0, whole, sizeof whole);
    for (unsigned int size = 1; size <= sizeof part; size++)
        for (unsigned int at = 0; at + size <= sizeof whole; at++) {
            vgpu_config_read(&config, at, part, size);
            assert_memory_equal(part, whole + at, size);
        }
    for (unsigned int i = 0; i < sizeof whole; i++)
        whole[i] = 0x37 * i;
    for (unsigned int i = 0; i < sizeof whole; i += 2)
        vgpu_config_write(&config, i, whole + i, 2);
    vgpu_config_write(&other, 0, whole, sizeof whole);
    assert_memory_equal(config.data, other.data, sizeof config.data);
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
    changed.vendor_cap_size = VGPU_VENDOR_CAP_SIZE;
    assert_true(vgpu_config_check_identity(&changed));
    changed.vendor_cap_size++;
    assert_false(vgpu_config_check_identity(&changed));
    assert_true(vgpu_config_check_identity(&engine));
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
        cmocka_unit_test_setup(test_chain, setup_engine),
        cmocka_unit_test_setup(test_msix_capability, setup_engine),
        cmocka_unit_test_setup(test_express_capability, setup_engine),
        cmocka_unit_test_setup(test_express_controls, setup_engine),
        cmocka_unit_test_setup(test_function_level_reset, setup_engine),
        cmocka_unit_test_setup(test_vendor_capability, setup_engine),
        cmocka_unit_test_setup(test_extended_space, setup_engine),
        cmocka_unit_test_setup(test_sizes_and_alignments, setup_engine),
        cmocka_unit_test_setup(test_reset, setup),
        cmocka_unit_test_setup(test_intx_status, setup),
        cmocka_unit_test_setup(test_impossible_bars, setup),
        cmocka_unit_test_setup(test_impossible_identities, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
