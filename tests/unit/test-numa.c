/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-numa.c - sets of nodes and processors, and which nodes a domain means.
 */
#include "domain-text.h"
#include "mock-sysfs.h"
#include "unit.h"

/* The numbers of a set, as "0 1 7". */
static char *
numbers(const VgpuNumaSet *set)
{
    GString *text = g_string_new(NULL);

    for (int i = 0; i < VGPU_NUMA_MAX; i++)
        if (vgpu_numa_set_has(set, i))
            g_string_append_printf(text, "%s%d", text->len ? " " : "", i);
    return g_string_free(text, FALSE);
}

static void
test_sets(void **state)
{
    static const struct {
        const char *text;
        const char *numbers;
    } rows[] = {
        {"", ""},
        {"0", "0"},
        {"0-3", "0 1 2 3"},
        {"0-3,7", "0 1 2 3 7"},
        {"0-4,^2", "0 1 3 4"},
        {"0-4,^1-3", "0 4"},
        {" 1 , 2 ", "1 2"},
        {"63-65", "63 64 65"},
        {"8191", "8191"},
        {"^1,1", "1"},
    };
    static const char *const bad[] = {",",    "1,",     "-1",  "1-",  "3-1", "a",
                                      "8192", "0-8192", "1 2", "0x1", "^",   "1-2-3"};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        VgpuNumaSet set = {0};
        g_autofree char *got = NULL;

        assert_true(vgpu_numa_set_parse(rows[i].text, &set));
        got = numbers(&set);
        assert_string_equal(got, rows[i].numbers);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        VgpuNumaSet set = {0};

        if (vgpu_numa_set_parse(bad[i], &set) || !vgpu_numa_set_is_empty(&set))
            fail_msg("'%s' was taken", bad[i]);
    }
    assert_false(vgpu_numa_set_has(&(VgpuNumaSet){0}, -1));
    assert_false(vgpu_numa_set_has(&(VgpuNumaSet){0}, VGPU_NUMA_MAX));
}

/* A machine of two nodes with four processors each. */
static void
test_nodes_of_a_domain(void **state)
{
    static const struct {
        const char *xml;
        const char *nodes;
    } rows[] = {
        {"", ""},
        {"<vcpu>4</vcpu>", ""},
        {"<numatune><memory mode='strict' nodeset='1'/></numatune>", "1"},
        {"<numatune><memory nodeset='0'/><memnode cellid='0' nodeset='1'/></numatune>", "0 1"},
        {"<vcpu cpuset='4-5'>2</vcpu>", "1"},
        {"<vcpu cpuset='rubbish'>2</vcpu>", ""},
        {"<cputune><vcpupin vcpu='0' cpuset='3'/><vcpupin vcpu='1' cpuset='4'/></cputune>", "0 1"},
        {"<vcpu cpuset='0'>1</vcpu><numatune><memory nodeset='1'/></numatune>", "1"},
        {"<vcpu cpuset='99'>1</vcpu>", ""},
    };
    g_autoptr(MockSysfs) mock = mock_sysfs_new();

    mock_sysfs_write(mock, "sys/devices/system/node/node0/cpulist", "0-3\n");
    mock_sysfs_write(mock, "sys/devices/system/node/node1/cpulist", "4-7\n");
    mock_sysfs_write(mock, "sys/devices/system/node/node2/cpulist", "\n");
    mock_sysfs_write(mock, "sys/devices/system/node/possible", "0-2\n");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = domain_text(DOMAIN_A, NULL, "");
        g_autofree char *end = g_strdup_printf("%s</domain>", rows[i].xml);
        g_autofree char *got = NULL;
        g_autoptr(VgpuDomain) domain = NULL;
        VgpuNumaSet nodes;

        text[strlen(text) - strlen("</domain>\n")] = '\0';
        g_autofree char *xml = g_strconcat(text, end, NULL);
        domain = vgpu_domain_parse(xml, strlen(xml), NULL);
        assert_non_null(domain);
        vgpu_numa_nodes(mock->root, &domain->numa, &nodes);
        got = numbers(&nodes);
        assert_string_equal(got, rows[i].nodes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_nodes_of_a_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
