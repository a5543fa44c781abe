// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Faults that an administrator asks for: their text, and when they happen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "fault.h"

#define UUID_A "b1a5c0de-0000-4000-8000-00000000000a"
#define UUID_B "b1a5c0de-0000-4000-8000-00000000000b"

static uuid_t
uuid(const char *text)
{
    uuid_t uuid;

    assert_int_equal(uuid_parse(text, &uuid), 0);
    return uuid;
}

static struct soft_fault
parse(const char *text)
{
    struct soft_text_error error;
    struct soft_fault fault;

    if (soft_fault_parse(&fault, text, &error))
        fail_msg("'%s': %s", text, error.why);
    return fault;
}

static void
test_defaults(void **state)
{
    struct soft_fault fault = parse("create");

    (void)state;
    assert_int_equal(fault.op, SOFT_FAULT_CREATE);
    assert_int_equal(fault.error, EIO);
    assert_int_equal(fault.count, 1);
    assert_true(uuid_is_null(&fault.uuid));
    fault = parse("start: delay=100");
    assert_int_equal(fault.error, 0);
    assert_int_equal(fault.delay_ms, 100);
    fault = parse("start: never=1");
    assert_true(fault.never);
    assert_int_equal(fault.error, 0);
    assert_int_equal(parse("function: delay=5").error, 0);
    assert_int_equal(parse("function").error, EIO);
}

static void
test_all_said(void **state)
{
    uuid_t a = uuid(UUID_A);
    struct soft_fault fault = parse("start: error=28, count=4294967295,delay=600000, uuid=" UUID_A);

    (void)state;
    assert_int_equal(fault.op, SOFT_FAULT_START);
    assert_int_equal(fault.error, 28);
    assert_int_equal(fault.count, UINT32_MAX);
    assert_int_equal(fault.delay_ms, 600000);
    assert_true(uuid_equal(&fault.uuid, &a));
    assert_int_equal(parse("bar_info: error=133").error, 133);
    assert_int_equal(parse("interrupt: count=3").op, SOFT_FAULT_INTERRUPT);
    for (unsigned int op = 0; op < SOFT_FAULT_OP_COUNT; op++)
        assert_int_equal(parse(soft_fault_name(op)).op, op);
}

static void
test_refused(void **state)
{
    static const struct {
        const char *text, *where, *why;
    } cases[] = {
        {"", "", "can't fail"},
        {"delete", "delete", "can't fail"},
        {"create ", "create ", "can't fail"},
        {"create: ", "", "key=value"},
        {"create: error", "error", "key=value"},
        {"create: error=0", "create: error=0", "late"},
        {"create: error=134", "error", "range"},
        {"create: error=-5", "error", "not a number"},
        {"create: error=EIO", "error", "not a number"},
        {"create: count=0", "count", "range"},
        {"create: count=4294967296", "count", "not a number"},
        {"create: delay=1", "delay", "not taken"},
        {"create: never=1", "never", "not taken"},
        {"function: uuid=" UUID_A, "uuid", "not taken"},
        {"function: delay=1, error=5", "function: delay=1, error=5", "does not fail"},
        {"err: count=1", "count", "not taken"},
        {"err: error=5", "error", "not taken"},
        {"lost: uuid=" UUID_A, "uuid", "not taken"},
        {"start: delay=0", "delay", "range"},
        {"start: delay=600001", "delay", "range"},
        {"start: never=0", "never", "only value"},
        {"start: never=1, delay=1", "start: never=1, delay=1", "not both"},
        {"create: uuid=x", "uuid", "not a uuid"},
        {"create: uuid=00000000-0000-0000-0000-000000000000", "uuid", "not a uuid"},
        {"create: uuid=b1a5c0de-0000-4000-8000-00000000000g", "uuid", "not a uuid"},
        {"create: uuid=" UUID_A "0", "uuid", "not a uuid"},
        {"create: vf=65536", "vf", "range"},
        {"create: vf=-1", "vf", "not a number"},
        {"lost: vf=0", "vf", "not taken"},
        {"err: vf=0, uuid=" UUID_A, "err: vf=0, uuid=" UUID_A, "not both"},
        {"create: when=now", "when", "not known"},
        {"create: error=1, error=1", "error", "twice"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *copy = strdup(cases[i].text);
        struct soft_text_error error;
        struct soft_fault fault;

        assert_non_null(copy);
        if (soft_fault_parse(&fault, copy, &error) != -EINVAL)
            fail_msg("'%s' is taken", copy);
        if (!strstr(error.why, cases[i].why))
            fail_msg("'%s': %s", copy, error.why);
        assert_int_equal(error.where.length, strlen(cases[i].where));
        assert_memory_equal(error.where.start, cases[i].where, error.where.length);
        free(copy);
    }
}

static void
test_immediate(void **state)
{
    struct soft_fault one = parse("err: uuid=" UUID_A), all = parse("err"), start = parse("start");
    struct soft_fault lost = parse("lost");

    (void)state;
    assert_true(soft_fault_is_immediate(&one));
    assert_false(uuid_is_null(&one.uuid));
    assert_true(soft_fault_is_immediate(&all));
    assert_true(uuid_is_null(&all.uuid));
    assert_true(soft_fault_is_immediate(&lost));
    assert_false(soft_fault_is_immediate(&start));
}

/* Each as often as was said, the first that fits, and no other's. */
static void
test_turns(void **state)
{
    uuid_t a = uuid(UUID_A), b = uuid(UUID_B);
    struct soft_faults faults = {0};
    struct soft_fault fault;

    (void)state;
    assert_false(soft_faults_take(&faults, SOFT_FAULT_CREATE, &a, SOFT_NO_VF, &fault));
    fault = parse("create: error=1, uuid=" UUID_A);
    assert_true(soft_faults_add(&faults, &fault));
    fault = parse("create: error=2, count=2");
    assert_true(soft_faults_add(&faults, &fault));
    fault = parse("start: error=3");
    assert_true(soft_faults_add(&faults, &fault));

    assert_false(soft_faults_take(&faults, SOFT_FAULT_BAR_INFO, &a, SOFT_NO_VF, &fault));
    assert_true(soft_faults_take(&faults, SOFT_FAULT_CREATE, &b, SOFT_NO_VF, &fault));
    assert_int_equal(fault.error, 2);
    assert_true(soft_faults_take(&faults, SOFT_FAULT_CREATE, &a, SOFT_NO_VF, &fault));
    assert_int_equal(fault.error, 1);
    assert_true(soft_faults_take(&faults, SOFT_FAULT_CREATE, &a, SOFT_NO_VF, &fault));
    assert_int_equal(fault.error, 2);
    assert_false(soft_faults_take(&faults, SOFT_FAULT_CREATE, &a, SOFT_NO_VF, &fault));
    assert_int_equal(faults.count, 1);
    assert_true(soft_faults_take(&faults, SOFT_FAULT_START, &b, SOFT_NO_VF, &fault));
    assert_int_equal(fault.error, 3);
    assert_int_equal(faults.count, 0);
    assert_int_equal(faults.injected[SOFT_FAULT_CREATE], 3);
    assert_int_equal(faults.injected[SOFT_FAULT_START], 1);
    assert_int_equal(faults.injected[SOFT_FAULT_BAR_INFO], 0);
}

/* One virtual function's and no other's, nor that of a vGPU on none. */
static void
test_functions(void **state)
{
    uuid_t a = uuid(UUID_A), none = {0};
    struct soft_faults faults = {0};
    struct soft_fault fault;

    (void)state;
    assert_int_equal(parse("create").vf, SOFT_NO_VF);
    assert_int_equal(parse("err: vf=0").vf, 0);
    fault = parse("function: vf=3, never=1");
    assert_true(soft_faults_add(&faults, &fault));
    fault = parse("start: vf=254");
    assert_true(soft_faults_add(&faults, &fault));
    assert_false(soft_faults_take(&faults, SOFT_FAULT_FUNCTION, &none, 2, &fault));
    assert_false(soft_faults_take(&faults, SOFT_FAULT_START, &a, SOFT_NO_VF, &fault));
    assert_true(soft_faults_take(&faults, SOFT_FAULT_FUNCTION, &none, 3, &fault));
    assert_true(fault.never);
    assert_true(soft_faults_take(&faults, SOFT_FAULT_START, &a, 254, &fault));
}

static void
test_room(void **state)
{
    struct soft_faults *faults = calloc(1, sizeof *faults);
    struct soft_fault fault = parse("interrupt");

    (void)state;
    assert_non_null(faults);
    for (unsigned int i = 0; i < SOFT_MAX_FAULTS; i++)
        assert_true(soft_faults_add(faults, &fault));
    assert_false(soft_faults_add(faults, &fault));
    free(faults);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),  cmocka_unit_test(test_all_said),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_turns),
        cmocka_unit_test(test_room),      cmocka_unit_test(test_immediate),
        cmocka_unit_test(test_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
