/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-examples.c - what the samples and the documentation tell users to write is what lib/domain.c
 * reads from it.
 */
#include "unit.h"

#include "domain.h"

#define IDENTITY "<name>example</name><uuid>d0d0d0d0-0000-4000-8000-000000000001</uuid>"

static char *
top_path(const char *file)
{
    const char *top = g_getenv("top_srcdir");

    return g_build_filename(top ? top : "../..", file, NULL);
}

static char *
read_text(const char *file)
{
    g_autofree char *path = top_path(file);
    char *text;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

/* That @text has @requests and @hostdevs, and each request a managed host device of its own. */
static void
check_text(const char *file, const char *text, guint requests, guint hostdevs)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(text, strlen(text), &error);

    if (!domain)
        fail_msg("%s: %s", file, error->message);
    if (domain->requests->len != requests || domain->hostdevs->len != hostdevs)
        fail_msg("%s: %u requests and %u host devices, not %u and %u", file, domain->requests->len,
                 domain->hostdevs->len, requests, hostdevs);
    for (guint i = 0; i < requests; i++) {
        const VgpuRequest *request = g_ptr_array_index(domain->requests, i);

        if (!vgpu_domain_find_hostdev(domain, request->vgpu))
            fail_msg("%s: no host device is vGPU %s", file, request->vgpu);
    }
    for (guint i = 0; i < hostdevs; i++)
        assert_true(((const VgpuHostdev *)g_ptr_array_index(domain->hostdevs, i))->managed);
}

static const struct {
    const char *name;
    guint requests, hostdevs;
} samples[] = {
    {"defined-vgpu.xml", 0, 1},
    {"no-vgpu.xml", 0, 0},
    {"one-vgpu.xml", 1, 1},
    {"two-vgpus.xml", 2, 2},
};

static void
test_samples(void **state)
{
    g_autofree char *folder = top_path("xml-schemas/domain");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint count = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *file = g_build_filename("xml-schemas/domain", samples[i].name, NULL);
        g_autofree char *text = read_text(file);

        check_text(file, text, samples[i].requests, samples[i].hostdevs);
    }
    while (dir && g_dir_read_name(dir))
        count++;
    assert_int_equal(count, G_N_ELEMENTS(samples));
}

/* What stands between @begin and @end in @file; there must be one such place. */
static char *
example(const char *file, const char *begin, const char *end)
{
    g_autofree char *text = read_text(file);
    g_auto(GStrv) parts = g_strsplit(text, begin, -1);

    if (g_strv_length(parts) != 2)
        fail_msg("%s: not one example, but %u", file, g_strv_length(parts) - 1);
    g_auto(GStrv) rest = g_strsplit(parts[1], end, 2);
    return g_strdup(rest[0]);
}

/* Its two parts, with dots between them, are put where they belong in a domain. */
static void
test_readme(void **state)
{
    g_autofree char *text = example("README.md", "```xml\n", "```\n");
    g_auto(GStrv) parts = g_strsplit(text, "\n...\n", -1);

    assert_int_equal(g_strv_length(parts), 2);
    g_autofree char *domain = g_strconcat("<domain>" IDENTITY, parts[0], "<devices>", parts[1],
                                          "</devices></domain>", NULL);
    check_text("README.md", domain, 1, 1);
}

/* A domain, in which dots stand for name and uuid, and for what is no concern of ours. */
static void
test_man_page(void **state)
{
    g_autofree char *text = example("docs/openvgpu-domain.5", ".EX\n", ".EE\n");
    g_auto(GStrv) parts = g_strsplit(text, "  ...\n", -1);

    assert_int_equal(g_strv_length(parts), 3);
    g_autofree char *domain = g_strconcat(parts[0], IDENTITY, parts[1], parts[2], NULL);
    check_text("openvgpu-domain(5)", domain, 1, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_readme),
        cmocka_unit_test(test_man_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
