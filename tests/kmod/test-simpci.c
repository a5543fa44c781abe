// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The synthetic GPU's configuration space: what a kernel does when it scans it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "gpu.h"
#include "spec.h"
#include "vpd.h"

static int
setup(void **state)
{
    struct simpci_config *config = calloc(1, sizeof *config);
    struct simpci_spec spec;

    if (!config)
        return -1;
    simpci_spec_init(&spec);
    spec.framebuffer_mib = 4096;
    simpci_gpu_init(config, &spec);
    *state = config;
    return 0;
}

static int
teardown(void **state)
{
    free(*state);
    return 0;
}

static void
test_identity(void **state)
{
    struct simpci_config *config = *state;

    assert_int_equal(simpci_config_read(config, 0, 4), 0x76701234);
    assert_int_equal(simpci_config_read(config, PCI_CLASS_REVISION, 4) >> 8, 0x030200);
    assert_int_equal(simpci_config_read(config, PCI_HEADER_TYPE, 1), 0);
    assert_int_equal(simpci_config_read(config, PCI_INTERRUPT_PIN, 1), 0);
    assert_int_equal(simpci_config_read(config, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x76701234);
    /* a kernel takes all ones for a space of 256 bytes, zero for no capability */
    assert_int_equal(simpci_config_read(config, 0x100, 4), 0);
}

static void
test_identity_is_read_only(void **state)
{
    static const unsigned int fixed[] = {0x00, 0x08, 0x2c, 0x34,  0x40, 0x60,
                                         0x64, 0xa0, 0xa8, 0x100, 0xffc};
    struct simpci_config *config = *state;

    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
        uint32_t before = simpci_config_read(config, fixed[i], 4);

        simpci_config_write(config, fixed[i], 4, ~before);
        assert_int_equal(simpci_config_read(config, fixed[i], 4), before);
    }
}

/* Follows the list as a kernel does; returns where @id is, or 0. */
static unsigned int
find_capability(const struct simpci_config *config, unsigned int id)
{
    unsigned int at = simpci_config_read(config, PCI_CAPABILITY_LIST, 1);

    for (unsigned int hops = 0; at && hops < 48; hops++) {
        assert_true(at >= 0x40 && at % 4 == 0);
        if (simpci_config_read(config, at, 1) == id)
            return at;
        at = simpci_config_read(config, at + 1, 1);
    }
    assert_int_equal(at, 0);
    return 0;
}

static void
test_capabilities(void **state)
{
    struct simpci_config *config = *state;
    unsigned int express = find_capability(config, PCI_CAP_ID_EXP);

    assert_true(simpci_config_read(config, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
    assert_int_not_equal(find_capability(config, PCI_CAP_ID_PM), 0);
    assert_int_not_equal(express, 0);
    assert_int_equal(find_capability(config, 0x7f), 0);
    /* version 2, an endpoint of the root complex: there is no link */
    assert_int_equal(simpci_config_read(config, express + 2, 2), 0x0092);
    assert_int_equal(simpci_config_read(config, express + PCI_EXP_LNKCAP, 4), 0);
}

static void
test_bar_sizing(void **state)
{
    struct simpci_config *config = *state;
    uint64_t size;

    assert_int_equal(simpci_config_read(config, PCI_BASE_ADDRESS_0, 4), 0xc);
    simpci_config_write(config, PCI_BASE_ADDRESS_0, 4, ~0U);
    simpci_config_write(config, PCI_BASE_ADDRESS_1, 4, ~0U);
    size = simpci_config_read(config, PCI_BASE_ADDRESS_0, 4) & ~0xfU;
    size |= (uint64_t)simpci_config_read(config, PCI_BASE_ADDRESS_1, 4) << 32;
    assert_int_equal(~size + 1, SIMPCI_GPU_BAR_SIZE);
    assert_int_equal(simpci_config_read(config, PCI_BASE_ADDRESS_0, 4) & 0xf, 0xc);

    simpci_config_write(config, PCI_BASE_ADDRESS_0, 4, 0x82345678);
    assert_int_equal(simpci_config_read(config, PCI_BASE_ADDRESS_0, 4), 0x8200000c);
    for (unsigned int bar = PCI_BASE_ADDRESS_2; bar <= PCI_BASE_ADDRESS_5; bar += 4) {
        simpci_config_write(config, bar, 4, ~0U);
        assert_int_equal(simpci_config_read(config, bar, 4), 0);
    }
    simpci_config_write(config, PCI_ROM_ADDRESS, 4, ~0U);
    assert_int_equal(simpci_config_read(config, PCI_ROM_ADDRESS, 4), 0);
}

static void
test_command(void **state)
{
    struct simpci_config *config = *state;

    simpci_config_write(config, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    assert_int_equal(simpci_config_read(config, PCI_COMMAND, 2), 6);
    /* there are no I/O ports to decode */
    simpci_config_write(config, PCI_COMMAND, 2, 0xffff);
    assert_int_equal(simpci_config_read(config, PCI_COMMAND, 2), 0x0546);
    /* 32 bits, as some do it: the status half is not written but cleared */
    simpci_config_write(config, PCI_COMMAND, 4, 0x00100002);
    assert_int_equal(simpci_config_read(config, PCI_COMMAND, 4), 0x00100002);
}

static void
test_errors_clear_by_ones(void **state)
{
    struct simpci_config *config = *state;

    config->data[PCI_STATUS + 1] |= 0xf9;
    simpci_config_write(config, PCI_STATUS, 2, 0);
    assert_int_equal(simpci_config_read(config, PCI_STATUS, 2), 0xf910);
    simpci_config_write(config, PCI_STATUS, 2, 0x8000);
    assert_int_equal(simpci_config_read(config, PCI_STATUS, 2), 0x7910);
    simpci_config_write(config, PCI_STATUS + 1, 1, 0xff);
    assert_int_equal(simpci_config_read(config, PCI_STATUS, 2), 0x0010);
}

static void
test_power_state(void **state)
{
    struct simpci_config *config = *state;
    unsigned int control = find_capability(config, PCI_CAP_ID_PM) + PCI_PM_CTRL;

    assert_int_equal(simpci_config_read(config, control, 2), PCI_PM_CTRL_NO_SOFT_RESET);
    simpci_config_write(config, control, 2, 0xfffb);
    assert_int_equal(simpci_config_read(config, control, 2), PCI_PM_CTRL_NO_SOFT_RESET | 3);
    simpci_config_write(config, control, 2, 0);
    assert_int_equal(simpci_config_read(config, control, 2), PCI_PM_CTRL_NO_SOFT_RESET);
}

static void
test_bad_accesses(void **state)
{
    static const struct {
        unsigned int offset, size;
    } bad[] = {
        {1, 2}, {2, 4}, {0, 3}, {0, 0}, {0, 8}, {4096, 1}, {4096, 4}, {~0U, 1}, {~3U, 4},
    };
    struct simpci_config *config = *state, before;

    before = *config;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_int_equal(simpci_config_read(config, bad[i].offset, bad[i].size), ~0U);
        simpci_config_write(config, bad[i].offset, bad[i].size, 0xffffffff);
    }
    assert_memory_equal(config, &before, sizeof before);
    assert_int_equal(simpci_config_read(config, 4095, 1), 0);
}

/* No bit is both written and cleared. */
static void
test_masks_are_apart(void **state)
{
    const struct simpci_config *config = *state;

    for (size_t i = 0; i < SIMPCI_CONFIG_SIZE; i++)
        assert_int_equal(config->writable[i] & config->clears[i], 0);
}

static void
test_spec_is_shown(void **state)
{
    struct simpci_config *config = *state, *other = calloc(1, sizeof *other);
    unsigned int ours = find_capability(config, PCI_CAP_ID_VNDR);
    struct simpci_spec spec;

    assert_non_null(other);
    assert_int_not_equal(ours, 0);
    assert_int_equal(simpci_config_read(config, ours + SIMPCI_OURS_LENGTH, 1), 12);
    assert_int_equal(simpci_config_read(config, ours + SIMPCI_OURS_VERSION, 1), 1);
    assert_int_equal(simpci_config_read(config, ours + SIMPCI_OURS_MAGIC, 4), 0x55504756);
    assert_int_equal(simpci_config_read(config, ours + SIMPCI_OURS_MIB, 4), 4096);
    simpci_config_write(config, ours + SIMPCI_OURS_MIB, 4, 1);
    assert_int_equal(simpci_config_read(config, ours + SIMPCI_OURS_MIB, 4), 4096);

    simpci_spec_init(&spec);
    spec.vendor = 0x10de;
    spec.device = 0x2230;
    simpci_gpu_init(other, &spec);
    assert_int_equal(simpci_config_read(other, 0, 4), 0x223010de);
    assert_int_equal(simpci_config_read(other, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x223010de);
    assert_int_equal(simpci_config_read(other, ours + SIMPCI_OURS_MIB, 4), 0);
    free(other);
}

static void
test_functions(void **state)
{
    struct simpci_config *config = calloc(2, sizeof *config), *vf = config + 1;
    const unsigned int at = SIMPCI_GPU_CAP_SRIOV;
    struct simpci_spec spec;

    (void)state;
    assert_non_null(config);
    simpci_spec_init(&spec);
    spec.vfs = 8;
    simpci_gpu_init(config, &spec);
    assert_int_equal(simpci_config_read(config, at, 4), 0x00010010);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_TOTAL_VF, 2), 8);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_INITIAL_VF, 2), 8);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_VF_OFFSET, 2), SIMPCI_VF_DEVFN);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_VF_STRIDE, 2), 1);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_VF_DID, 2), SIMPCI_GPU_DEVICE);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_SUP_PGSIZE, 4) & 1, 1);
    /* on only with VF Enable, and as many as NumVFs says */
    simpci_config_write(config, at + PCI_SRIOV_NUM_VF, 2, 4);
    assert_int_equal(simpci_gpu_vfs(config), 0);
    simpci_config_write(config, at + PCI_SRIOV_CTRL, 2, 0xffff);
    assert_int_equal(simpci_config_read(config, at + PCI_SRIOV_CTRL, 2),
                     PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
    assert_int_equal(simpci_gpu_vfs(config), 4);
    simpci_config_write(config, at + PCI_SRIOV_CTRL, 2, 0);
    assert_int_equal(simpci_gpu_vfs(config), 0);

    memset(vf, 0xa5, sizeof *vf);
    simpci_vf_init(vf, &spec);
    assert_int_equal(simpci_config_read(vf, 0, 4), ~0U);
    assert_int_equal(simpci_config_read(vf, PCI_CLASS_REVISION, 4) >> 8, SIMPCI_GPU_CLASS);
    assert_int_equal(simpci_config_read(vf, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x76701234);
    assert_int_not_equal(find_capability(vf, PCI_CAP_ID_EXP), 0);
    assert_int_equal(simpci_config_read(vf, 0x100, 4), 0);
    free(config);
}

/* A byte as the kernel reads it, drivers/pci/vpd.c: the address, the flag, the data. */
static uint8_t
vpd_read(struct simpci_config *config, const struct simpci_vpd *vpd, unsigned int address)
{
    const unsigned int at = SIMPCI_GPU_CAP_VPD;

    simpci_config_write(config, at + PCI_VPD_ADDR, 2, address & ~3u);
    simpci_vpd_run(vpd, config, at);
    assert_int_equal(simpci_config_read(config, at + PCI_VPD_ADDR, 2),
                     (address & ~3u) | PCI_VPD_ADDR_F);
    return (uint8_t)(simpci_config_read(config, at + PCI_VPD_DATA, 4) >> (8 * (address % 4)));
}

static void
assert_named(const char *name)
{
    struct simpci_config *config = calloc(1, sizeof *config);
    size_t length = strlen(name);
    struct simpci_spec spec;
    struct simpci_vpd vpd;
    uint8_t data[SIMPCI_VPD_SIZE], sum = 0;

    assert_non_null(config);
    simpci_spec_init(&spec);
    strscpy(spec.name, name, sizeof spec.name);
    simpci_gpu_init(config, &spec);
    simpci_vpd_init(&vpd, name);
    assert_int_equal(find_capability(config, PCI_CAP_ID_VPD), SIMPCI_GPU_CAP_VPD);
    for (unsigned int i = 0; i < sizeof data; i++)
        data[i] = vpd_read(config, &vpd, i);
    assert_int_equal(data[0], 0x82);
    assert_int_equal(data[1] | data[2] << 8, length);
    assert_memory_equal(data + 3, name, length);
    assert_memory_equal(data + 3 + length, "\x90\x04\x00RV\x01", 6);
    for (size_t i = 0; i < length + 10; i++)
        sum += data[i];
    assert_int_equal(sum, 0);
    assert_int_equal(data[length + 10], 0x78);

    /* past the end, as far as an address goes */
    assert_int_equal(vpd_read(config, &vpd, SIMPCI_VPD_SIZE), 0);
    assert_int_equal(vpd_read(config, &vpd, 0x7ffc), 0);
    /* a write is done at once, and has changed nothing */
    simpci_config_write(config, SIMPCI_GPU_CAP_VPD + PCI_VPD_DATA, 4, 0x12345678);
    simpci_config_write(config, SIMPCI_GPU_CAP_VPD + PCI_VPD_ADDR, 2, PCI_VPD_ADDR_F);
    simpci_vpd_run(&vpd, config, SIMPCI_GPU_CAP_VPD);
    assert_int_equal(simpci_config_read(config, SIMPCI_GPU_CAP_VPD + PCI_VPD_ADDR, 2), 0);
    assert_int_equal(vpd_read(config, &vpd, 0), 0x82);
    free(config);
}

static void
test_name(void **state)
{
    struct simpci_config *nameless = *state;

    assert_int_equal(find_capability(nameless, PCI_CAP_ID_VPD), 0);
    assert_named("x");
    assert_named("Test-GPU");
    assert_named("0123456789012345678901234567890");
}

int
main(void)
{
#define CONFIG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    static const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_identity),
        CONFIG_TEST(test_identity_is_read_only),
        CONFIG_TEST(test_capabilities),
        CONFIG_TEST(test_bar_sizing),
        CONFIG_TEST(test_command),
        CONFIG_TEST(test_errors_clear_by_ones),
        CONFIG_TEST(test_power_state),
        CONFIG_TEST(test_bad_accesses),
        CONFIG_TEST(test_masks_are_apart),
        CONFIG_TEST(test_spec_is_shown),
        CONFIG_TEST(test_name),
        cmocka_unit_test(test_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
