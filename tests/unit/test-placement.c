/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-placement.c - lib/placement.c by a table: what is there, what is wanted, which
 * parents come in which order.
 */
#include "unit.h"

#include <stdlib.h>

#include "definition.h"
#include "domain-text.h"
#include "device.h"
#include "placement.h"
#include "provider.h"

#define SPREAD  VGPU_PLACEMENT_SPREAD
#define COMPACT VGPU_PLACEMENT_COMPACT
#define NUMA    VGPU_PLACEMENT_NUMA

/*
 * @host: for each GPU "name:available:vgpus[:NUMA node]", or a function of it, "name.number:…"; one
 * that begins with "@" makes no mediated devices; @definitions: "parent:uuid
 * digit:type:auto|manual"; all separated by spaces. @order: the names expected.
 */
static const struct {
    const char *what;
    const char *host;
    const char *definitions;
    const char *only;
    VgpuPlacement placement;
    const char *order;
    const char *refused;
} rows[] = {
    {"none", "", "", NULL, SPREAD, "", ""},
    {"one", "a:4:0", "", NULL, SPREAD, "a", ""},
    {"equal ones by name", "c:4:0 a:4:0 b:4:0", "", NULL, SPREAD, "a b c", ""},
    {"equal ones by name, compact", "c:4:0 a:4:0 b:4:0", "", NULL, COMPACT, "a b c", ""},
    {"fewest first", "a:2:2 b:3:1 c:4:0", "", NULL, SPREAD, "c b a", ""},
    {"fullest first", "c:4:0 b:3:1 a:2:2", "", NULL, COMPACT, "a b c", ""},
    {"by vGPUs, not by what is left", "a:1:0 b:9:1", "", NULL, SPREAD, "a b", ""},
    {"full ones are out", "a:0:4 b:1:3", "", NULL, COMPACT, "b", "a: no instance left"},
    {"all full", "a:0:4 b:0:4", "", NULL, SPREAD, "", "a: no instance left; b: no instance left"},
    {"the one named", "a:4:0 b:4:3", "", "b", SPREAD, "b", ""},
    {"the one named is full", "a:4:0 b:0:4", "", "b", SPREAD, "", "b: no instance left"},
    {"the one named is not there", "a:4:0", "", "x", SPREAD, "", ""},
    {"no such type", "-:4:0 b:4:0", "", NULL, SPREAD, "b", "-: has no such type"},
    {"a definition counts as a vGPU", "a:4:0 b:4:0", "a:5:vgpu-16m:auto", NULL, SPREAD, "b a", ""},
    {"one started by hand does not", "a:4:0 b:4:0", "a:5:vgpu-16m:manual", NULL, SPREAD, "a b", ""},
    {"nor one of another parent", "a:4:0 b:4:0", "z:5:vgpu-16m:auto", NULL, SPREAD, "a b", ""},
    {"nor one that is there", "a:4:1 b:4:1", "a:0:vgpu-16m:auto", NULL, SPREAD, "a b", ""},
    {"nor its own", "a:1:0", "a:9:vgpu-16m:auto", NULL, SPREAD, "a", ""},
    {"the last place is kept", "a:1:0", "a:5:vgpu-16m:auto", NULL, SPREAD, "",
     "a: what is left is for definitions marked auto"},
    {"also on the one named", "a:1:0 b:9:0", "a:5:vgpu-16m:auto", "a", SPREAD, "",
     "a: what is left is for definitions marked auto"},
    {"a large one takes several places", "a:4:0", "a:5:vgpu-64m:auto", NULL, SPREAD, "",
     "a: what is left is for definitions marked auto"},
    {"near the domain first", "a:4:0:0 b:4:3:1 c:4:0:2", "", NULL, NUMA, "b a c", ""},
    {"then those of no known node", "a:4:0:0 b:4:0 c:4:2:1", "", NULL, NUMA, "c b a", ""},
    {"as spread on either side", "a:4:1:1 b:4:0:1 c:4:1:0 d:4:0:0", "", NULL, NUMA, "b a d c", ""},
    {"a far one if the near one is full", "a:4:0:0 b:0:4:1", "", NULL, NUMA, "a",
     "b: no instance left"},
    {"nodes play no part in spread", "a:4:0:0 b:4:3:1", "", NULL, SPREAD, "a b", ""},
    {"another type's turn is not spoilt", "a:9:0 b:9:1 c:9:0",
     "a:5:vgpu-64m:auto c:6:vgpu-16m:auto", NULL, SPREAD, "b c a", ""},
    {"nor for a near GPU, nor a full one", "a:9:0:1 b:9:0:0", "a:5:vgpu-64m:auto", NULL, NUMA,
     "b a", ""},
    {"what has a vGPU has a type", "a:9:1 b:9:3", "a:5:vgpu-64m:auto", NULL, SPREAD, "a b", ""},
    {"functions of a GPU are one GPU", "a.1:0:1 a.2:1:0 b.1:1:0 b.2:1:0", "", NULL, SPREAD,
     "b.1 b.2 a.2", "a.1: no instance left"},
    {"the fullest GPU's functions first", "a.1:1:0 b.1:0:1 b.2:1:0", "", NULL, COMPACT, "b.2 a.1",
     "b.1: no instance left"},
    {"another type's turn on another function", "a.1:1:0 a.2:1:0 b.1:1:0", "a.1:5:vgpu-64m:auto",
     NULL, COMPACT, "b.1 a.2", "a.1: what is left is for definitions marked auto"},
    {"a uuid is no function's address", "@:4:0 b:4:0", "", NULL, SPREAD, "b",
     "@: its vGPUs have ids of another kind"},
    {"and leaves the fifth", "a:5:0", "a:5:vgpu-64m:auto", NULL, SPREAD, "a", ""},
};

static void
add_type(VgpuParent *parent, const char *id, guint available, guint framebuffer)
{
    VgpuType *type = g_new0(VgpuType, 1);

    type->id = g_strdup(id);
    type->available_instances = available;
    type->framebuffer_mib = framebuffer;
    g_ptr_array_add(parent->types, type);
}

static void
add_device(GPtrArray *devices, const char *parent)
{
    VgpuDevice *device = g_new0(VgpuDevice, 1);

    /* the first one there has the uuid that ends in 0 */
    device->id = g_strdup_printf("b1a5c0de-0000-4000-8000-0000000%s%04x", devices->len ? "1" : "0",
                                 devices->len);
    device->parent = g_strdup(parent);
    device->type = g_strdup("vgpu-16m");
    g_ptr_array_add(devices, device);
}

static void
read_host(const char *host, GPtrArray *parents, GPtrArray *devices)
{
    g_auto(GStrv) words = g_strsplit(host, " ", -1);

    for (guint i = 0; words[i] && words[i][0]; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], ":", 4);
        VgpuParent *parent = g_new0(VgpuParent, 1);

        parent->name = g_strdup(parts[0]);
        parent->gpu = g_strndup(parts[0], strcspn(parts[0], "."));
        parent->provider = parts[0][0] == '@' ? &vgpu_provider_nvidia_vf : &vgpu_provider_mdev;
        parent->numa_node = parts[3] ? atoi(parts[3]) : -1;
        parent->types = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_type_free);
        parent->problems = g_ptr_array_new();
        if (!g_str_equal(parts[0], "-"))
            add_type(parent, "vgpu-16m", (guint)atoi(parts[1]), 16);
        add_type(parent, "vgpu-64m", 1, 64);
        for (int n = atoi(parts[2]); n > 0; n--)
            add_device(devices, parts[0]);
        g_ptr_array_add(parents, parent);
    }
}

static GPtrArray *
read_definitions(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_definition_free);

    for (guint i = 0; words[i] && words[i][0]; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], ":", 4);
        g_autofree char *uuid = g_strconcat("b1a5c0de-0000-4000-8000-00000000000", parts[1], NULL);
        VgpuDefinition *definition = vgpu_definition_new(parts[0], uuid, parts[2]);

        definition->autostart = g_str_equal(parts[3], "auto");
        g_ptr_array_add(list, definition);
    }
    return list;
}

static void
test_table(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) parents =
            g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_parent_free);
        g_autoptr(GPtrArray) devices =
            g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_device_free);
        g_autoptr(GPtrArray) definitions = read_definitions(rows[i].definitions);
        g_autoptr(GString) refused = g_string_new(NULL);
        g_autoptr(GString) order = g_string_new(NULL);
        g_autoptr(GPtrArray) records = g_ptr_array_new();
        g_autoptr(GArray) answer = NULL;
        VgpuNumaSet nodes = {0};
        VgpuHost host = {parents, devices, definitions, records};
        VgpuPlacementQuery query = {&host,
                                    "b1a5c0de-0000-4000-8000-000000000009",
                                    "vgpu-16m",
                                    rows[i].only,
                                    rows[i].placement,
                                    &nodes};

        assert_true(vgpu_numa_set_parse("1", &nodes));

        read_host(rows[i].host, parents, devices);
        answer = vgpu_placement_order(&query, refused);
        for (guint n = 0; n < answer->len; n++)
            g_string_append_printf(order, "%s%s", n ? " " : "",
                                   g_array_index(answer, VgpuPlace, n).parent->name);
        if (!g_str_equal(order->str, rows[i].order) || !g_str_equal(refused->str, rows[i].refused))
            fail_msg("%s: '%s' (%s)", rows[i].what, order->str, refused->str);
    }
}

static void
test_words(void **state)
{
    VgpuPlacement placement = COMPACT;
    g_autoptr(GError) error = NULL;

    assert_true(vgpu_placement_from_string(NULL, &placement, NULL));
    assert_int_equal(placement, VGPU_PLACEMENT_DEFAULT);
    assert_true(vgpu_placement_from_string("spread", &placement, NULL));
    assert_int_equal(placement, SPREAD);
    assert_true(vgpu_placement_from_string("compact", &placement, NULL));
    assert_int_equal(placement, COMPACT);
    assert_true(vgpu_placement_from_string("numa", &placement, NULL));
    assert_int_equal(placement, NUMA);
    assert_false(vgpu_placement_from_string("random", &placement, &error));
    assert_non_null(strstr(error->message, "'random'"));
}

/* A domain that says nothing of nodes has no near GPU and no far one. */
static void
test_no_nodes(void **state)
{
    g_autoptr(GPtrArray) parents = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_parent_free);
    g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_device_free);
    g_autoptr(GPtrArray) definitions = read_definitions("");
    VgpuNumaSet nodes = {0};
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    VgpuHost host = {parents, devices, definitions, records};
    VgpuPlacementQuery query = {&host, "", "vgpu-16m", NULL, NUMA, &nodes};

    read_host("a:4:1 b:4:0:7", parents, devices);
    g_autoptr(GArray) answer = vgpu_placement_order(&query, NULL);
    assert_string_equal(g_array_index(answer, VgpuPlace, 0).parent->name, "b");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_no_nodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
