/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-scan.c - libvirt-hook/scan.c and input.c: the first look at a domain's bytes.
 */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain-text.h"
#include "input.h"
#include "scan.h"

static struct scan
scan_in_blocks(const char *text, size_t block)
{
    size_t length = strlen(text);
    struct scan scan = {0};

    for (size_t i = 0; i < length; i += block)
        scan_feed(&scan, text + i, length - i < block ? length - i : block);
    return scan;
}

/* However the text is cut, the same is seen. */
static void
check(const char *text, bool asks, bool mdev)
{
    for (size_t block = 1; block < 90; block++) {
        struct scan scan = scan_in_blocks(text, block);

        if (scan.asks != asks || scan.mdev != mdev)
            fail_msg("'%s' in blocks of %zu: %d %d", text, block, scan.asks, scan.mdev);
    }
}

static void
test_words(void **state)
{
    check("", false, false);
    check("<domain><devices><hostdev type='pci'/></devices></domain>", false, false);
    check("some text xmlns:x='urn:openvgpu:domain:1' and more text behind it", true, false);
    check("some text xmlns:x='urn:openvgpu:domain:27' and more text behind it", true, false);
    check("some text xmlns:x='urn:openvgpu:domai' and more text behind it", false, false);
    check("<hostdev mode='subsystem' type='mdev' model='vfio-pci'>", false, true);
    check("<hostdev mode='subsystem' type = \"mdev\" model='vfio-pci'>", false, true);
    check("mdev", false, false);
}

static void
test_whole_domain(void **state)
{
    g_autofree char *text = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'a'"), HOSTDEV(VGPU_1, "yes"));

    check(text, true, true);
}

static void
check_uuid(const char *text, const char *expected)
{
    char uuid[37];

    scan_uuid(text, strlen(text), uuid);
    assert_string_equal(uuid, expected);
}

static void
test_uuid(void **state)
{
    check_uuid("", "");
    check_uuid("<domain><name>a</name><uuid>" DOMAIN_A "</uuid><x><uuid>" DOMAIN_B "</uuid>",
               DOMAIN_A);
    check_uuid("<uuid>D0D0D0D0-0000-4000-8000-00000000000A</uuid>", DOMAIN_A);
    check_uuid("<uuid>" DOMAIN_A, DOMAIN_A);
    check_uuid("<uuid>d0d0d0d0-0000-4000-8000-0000000000", "");
    check_uuid("<uuid>d0d0d0d0-0000-4000-8000-00000000000x</uuid>", "");
}

static void
put(const char *root, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(root, "run/openvgpu/vgpus", file, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
test_records(void **state)
{
    g_autofree char *root = g_dir_make_tmp("openvgpu-test-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(root, "run/openvgpu/vgpus", NULL);
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    const char *remove_argv[] = {"rm", "-rf", root, NULL};

    assert_false(scan_records(root, DOMAIN_A));
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0); /* must not hold it up */
    put(root, "a.json", "{\"domain\": \"" DOMAIN_A "\"}");
    put(root, ".b.json", "{\"domain\": \"" DOMAIN_B "\"}");
    assert_true(scan_records(root, DOMAIN_A));
    assert_false(scan_records(root, DOMAIN_B));
    assert_false(scan_records(root, ""));
    g_spawn_sync(NULL, (char **)remove_argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                 NULL, NULL);
}

/* Writes @length bytes, the last of which are @end, into a pipe, from a thread of its own. */
struct writer {
    int fd;
    size_t length;
    const char *end;
};

static gpointer
write_all(gpointer data)
{
    const struct writer *writer = data;
    g_autofree char *text = g_malloc(writer->length);
    size_t done = 0;

    memset(text, ' ', writer->length);
    memcpy(text + writer->length - strlen(writer->end), writer->end, strlen(writer->end));
    while (done < writer->length) {
        ssize_t count = write(writer->fd, text + done, writer->length - done);

        if (count <= 0)
            break;
        done += (size_t)count;
    }
    close(writer->fd);
    return GSIZE_TO_POINTER(done);
}

static void
read_much(size_t length, const char *end, bool whole)
{
    struct input input;
    struct writer writer = {.length = length, .end = end};
    GThread *thread;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    writer.fd = ends[1];
    thread = g_thread_new("writer", write_all, &writer);
    input_read(&input, ends[0], input_now() + 20000000);
    /* the writer got rid of all, whatever was kept */
    assert_int_equal(GPOINTER_TO_SIZE(g_thread_join(thread)), length);
    close(ends[0]);
    assert_int_equal(input.whole, whole);
    assert_true(input.scan.mdev);
    if (whole) {
        assert_int_equal(input.length, length);
        assert_string_equal(input.text + length - strlen(end), end);
    }
    input_free(&input);
    assert_null(input.text);
}

static void
test_reads_to_the_end(void **state)
{
    read_much(6, "'mdev'", true);
    read_much(1000000, "'mdev'", true);
    read_much(INPUT_MAX, "'mdev'", true);
    read_much(INPUT_MAX + 1, "'mdev'", false);
    read_much(50 * 1000 * 1000, "'mdev'", false);
}

static void
test_does_not_wait_for_ever(void **state)
{
    struct input input;
    int64_t since = input_now();
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    input_read(&input, ends[0], since + 200000);
    assert_true(input_now() - since < 1000000);
    assert_false(input.whole);
    assert_int_equal(input.length, 3);
    input_free(&input);
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_whole_domain),
        cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_reads_to_the_end),
        cmocka_unit_test(test_does_not_wait_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
