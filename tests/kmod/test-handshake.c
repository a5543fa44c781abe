/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the back end's side of the handshake, vgpu_rm_fill_ops(), between headers of
 * different releases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "vgpu-rm.h"

/* Every member but version and size set to @byte, so that each copied byte is seen. */
static struct vgpu_rm_ops
table(u16 major, u32 size, int byte)
{
    struct vgpu_rm_ops ops;

    memset(&ops, byte, sizeof(ops));
    ops.version.major = major;
    ops.version.minor = 7;
    ops.size = size;
    return ops;
}

/* That the bytes of @ops from @from on, up to @to, are all @byte. */
static void
check_bytes(const struct vgpu_rm_ops *ops, size_t from, size_t to, int byte)
{
    for (size_t i = from; i < to; i++)
        if (((const unsigned char *)ops)[i] != byte)
            fail_msg("byte %zu is not %#x", i, byte);
}

static const size_t first = offsetof(struct vgpu_rm_ops, features);
static const size_t optional = offsetof(struct vgpu_rm_ops, vgpu_stop);

static void
test_same(void **state)
{
    struct vgpu_rm_ops dst = table(1, sizeof(dst), 0);
    struct vgpu_rm_ops src = table(1, sizeof(src), 0x55);

    assert_int_equal(vgpu_rm_fill_ops(&dst, &src), 0);
    assert_int_equal(dst.size, sizeof(dst));
    check_bytes(&dst, first, sizeof(dst), 0x55);
}

/* What the back end does not know stays as the front end left it: zero. */
static void
test_older_back_end(void **state)
{
    struct vgpu_rm_ops dst = table(1, sizeof(dst), 0);
    struct vgpu_rm_ops src = table(1, (u32)optional, 0x55);

    dst.version.minor = 9;
    assert_int_equal(vgpu_rm_fill_ops(&dst, &src), 0);
    assert_int_equal(dst.size, optional);
    assert_int_equal(dst.version.minor, 7);
    check_bytes(&dst, first, optional, 0x55);
    check_bytes(&dst, optional, sizeof(dst), 0);
}

/* What the front end has no room for is not written. */
static void
test_newer_back_end(void **state)
{
    struct vgpu_rm_ops dst = table(1, (u32)optional, 0);
    struct vgpu_rm_ops src = table(1, sizeof(src), 0x55);

    assert_int_equal(vgpu_rm_fill_ops(&dst, &src), 0);
    assert_int_equal(dst.size, optional);
    check_bytes(&dst, first, optional, 0x55);
    check_bytes(&dst, optional, sizeof(dst), 0);
}

/* Its version, and nothing else: an operation may mean something else there. */
static void
test_other_major(void **state)
{
    struct vgpu_rm_ops dst = table(1, sizeof(dst), 0);
    struct vgpu_rm_ops src = table(2, sizeof(src), 0x55);

    dst.version.minor = 9;
    assert_int_equal(vgpu_rm_fill_ops(&dst, &src), -EPROTO);
    assert_int_equal(dst.version.major, 2);
    assert_int_equal(dst.version.minor, 7);
    assert_int_equal(dst.size, sizeof(dst));
    check_bytes(&dst, first, sizeof(dst), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_older_back_end),
        cmocka_unit_test(test_newer_back_end),
        cmocka_unit_test(test_other_major),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
