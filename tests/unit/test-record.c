/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-record.c - lib/record.c: what is written is read again, what can't be
 * understood is left alone.
 */
#include "unit.h"

#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain-text.h"
#include "mock-sysfs.h"
#include "program.h"
#include "record.h"

#define FILE_1 "run/openvgpu/vgpus/" VGPU_1 ".json"
#define RECORD(version, state, source, domain, vgpu, parent)                                       \
    "{\"version\": " version ", \"state\": \"" state "\", \"source\": \"" source                   \
    "\", \"domain\": \"" domain "\", \"domain_name\": \"vma\", \"vgpu\": \"" vgpu                  \
    "\", \"parent\": \"" parent "\", \"type\": \"vgpu-16m\"}"

static VgpuRecord
record_of(const char *uuid)
{
    VgpuRecord record = {
        .state = VGPU_RECORD_CREATED,
        .source = VGPU_RECORD_DEFINITION,
        .domain = (char *)DOMAIN_A,
        .domain_name = (char *)"a \"quoted\" näme\n\\",
        .vgpu = (char *)uuid,
        .parent = (char *)GPU_1,
        .type = (char *)"vgpu-16m",
    };

    return record;
}

static void
test_reads_what_it_wrote(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuRecord record = record_of(VGPU_1);

    for (int i = VGPU_RECORD_INTENDED; i <= VGPU_RECORD_RELEASED; i++) {
        g_autoptr(VgpuRecord) loaded = NULL;

        record.state = (VgpuRecordState)i;
        assert_true(vgpu_record_save(mock->root, &record, NULL));
        loaded = vgpu_record_load(mock->root, VGPU_1, NULL);
        assert_non_null(loaded);
        assert_int_equal(loaded->state, i);
        assert_int_equal(loaded->source, VGPU_RECORD_DEFINITION);
        assert_string_equal(loaded->domain, DOMAIN_A);
        assert_string_equal(loaded->domain_name, record.domain_name);
        assert_string_equal(loaded->vgpu, VGPU_1);
        assert_string_equal(loaded->parent, GPU_1);
        assert_string_equal(loaded->type, "vgpu-16m");
    }
}

/* In one form, since white space is json-c's and differs between its releases. */
static char *
plain_json(const char *text)
{
    json_object *object = json_tokener_parse(text);
    char *plain = g_strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));

    assert_non_null(object);
    json_object_put(object);
    return plain;
}

/* Releases meet in these files: what an upgrade finds was written by the one before. */
static void
test_format_stays(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuRecord record = {VGPU_RECORD_READY, VGPU_RECORD_METADATA, (char *)DOMAIN_A,  (char *)"vma",
                         (char *)VGPU_1,    (char *)GPU_1,        (char *)"vgpu-16m"};
    g_autoptr(VgpuRecord) loaded = NULL;

    assert_true(vgpu_record_save(mock->root, &record, NULL));
    g_autofree char *written = mock_sysfs_read(mock, FILE_1);
    g_autofree char *expected = program_golden("record/ready.json", written);
    g_autofree char *a = plain_json(written);
    g_autofree char *b = plain_json(expected);
    assert_string_equal(a, b);

    mock_sysfs_write(mock, FILE_1, expected);
    loaded = vgpu_record_load(mock->root, VGPU_1, NULL);
    assert_non_null(loaded);
    assert_int_equal(loaded->state, VGPU_RECORD_READY);
    assert_int_equal(loaded->source, VGPU_RECORD_METADATA);
    assert_string_equal(loaded->domain_name, "vma");
    assert_string_equal(loaded->type, "vgpu-16m");
}

static void
check_mode(MockSysfs *mock, const char *file, mode_t mode)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void
test_modes(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuRecord record = record_of(VGPU_1);

    assert_true(vgpu_record_save(mock->root, &record, NULL));
    check_mode(mock, "run/openvgpu/vgpus", 0700);
    check_mode(mock, FILE_1, 0600);
}

static void
test_lists_and_deletes(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GPtrArray) none = vgpu_record_list(mock->root, problems, NULL);
    g_autoptr(GPtrArray) records = NULL;
    VgpuRecord one = record_of(VGPU_1), two = record_of(VGPU_2);

    assert_int_equal(none->len, 0);
    assert_true(vgpu_record_save(mock->root, &two, NULL));
    assert_true(vgpu_record_save(mock->root, &one, NULL));
    mock_sysfs_write(mock, "run/openvgpu/vgpus/README", "x");
    mock_sysfs_write(mock, "run/openvgpu/vgpus/" VGPU_3 ".json", "{");
    records = vgpu_record_list(mock->root, problems, NULL);
    assert_int_equal(records->len, 2);
    assert_int_equal(problems->len, 1);
    assert_string_equal(((VgpuRecord *)records->pdata[0])->vgpu, VGPU_1);
    assert_true(vgpu_record_delete(mock->root, VGPU_1, NULL));
    assert_true(vgpu_record_delete(mock->root, VGPU_1, NULL));
    assert_null(vgpu_record_load(mock->root, VGPU_1, NULL));
}

static void
check_refused(MockSysfs *mock, const char *text, int code)
{
    g_autoptr(GError) error = NULL;

    mock_sysfs_write(mock, FILE_1, text);
    assert_null(vgpu_record_load(mock->root, VGPU_1, &error));
    if (!error || error->code != code)
        fail_msg("%s: %s", text, error ? error->message : "no error");
}

static void
test_refuses(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"version\": 1}",
        RECORD("0", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("-1", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1.0", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1, \"version\": null", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_1 "\\u0000", GPU_1) "}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        RECORD("\"1\"", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1", "steady", "metadata", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1", "ready", "magic", DOMAIN_A, VGPU_1, GPU_1),
        RECORD("1", "ready", "metadata", "x", VGPU_1, GPU_1),
        RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_2, GPU_1),
        RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_1, "../.."),
    };
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuRecord) good = NULL;

    mock_sysfs_write(mock, FILE_1, RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1));
    good = vgpu_record_load(mock->root, VGPU_1, NULL);
    assert_non_null(good);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        check_refused(mock, bad[i], VGPU_ERROR_INVALID);
    check_refused(mock, RECORD("4294967297", "new", "new", "new", "new", "new"),
                  VGPU_ERROR_VERSION);
    check_refused(mock, RECORD("2", "new", "new", "new", "new", "new"), VGPU_ERROR_VERSION);
}

static void
test_nul(void **state)
{
    static const char torn[] = RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1) "\n\0";
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, FILE_1, NULL);
    g_autoptr(GError) error = NULL;

    mock_sysfs_write(mock, FILE_1, "");
    assert_true(g_file_set_contents(path, torn, sizeof(torn), NULL));
    assert_null(vgpu_record_load(mock->root, VGPU_1, &error));
    assert_int_equal(error->code, VGPU_ERROR_INVALID);
}

/* Only root can put one there, but what it leads to is not read all the same. */
static void
test_follows_no_link(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, FILE_1, NULL);
    g_autoptr(GError) error = NULL;
    VgpuRecord record = record_of(VGPU_1);
    g_autofree char *text = NULL;

    mock_sysfs_write(mock, "victim", RECORD("1", "ready", "metadata", DOMAIN_A, VGPU_1, GPU_1));
    mock_sysfs_write(mock, FILE_1, "");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../../../victim", path), 0);
    assert_null(vgpu_record_load(mock->root, VGPU_1, &error));
    assert_int_equal(error->code, VGPU_ERROR_INVALID);
    /* saving replaces the link, not what it leads to */
    record.state = VGPU_RECORD_LATE;
    assert_true(vgpu_record_save(mock->root, &record, NULL));
    text = mock_sysfs_read(mock, "victim");
    assert_non_null(strstr(text, "ready"));
}

static void
test_not_there(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GError) error = NULL;

    assert_null(vgpu_record_load(mock->root, VGPU_1, &error));
    assert_int_equal(error->code, VGPU_ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_null(vgpu_record_load(mock->root, "../../etc/passwd", &error));
    assert_int_equal(error->code, VGPU_ERROR_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_it_wrote),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_lists_and_deletes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_follows_no_link),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_format_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
