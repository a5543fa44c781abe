/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-inventory-diff.c - what has happened between two looks at a mock machine.
 */
#include "mock-sysfs.h"
#include "mock-vf.h"
#include "unit.h"

#include "inventory-diff.h"

#include <unistd.h>

#define GPU    "0001:00:00.0"
#define OTHER  "0001:00:01.0"
#define DOMAIN "11111111-2222-3333-4444-555555555555"

/* A machine, and how it was when somebody last looked. */
typedef struct {
    MockSysfs *mock;
    VgpuInventory *last;
} Fixture;

static int
setup(void **state)
{
    Fixture *f = g_new0(Fixture, 1);

    f->mock = mock_sysfs_new();
    mock_sysfs_add_gpu(f->mock, GPU);
    f->last = vgpu_inventory_new(f->mock->root);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *f = *state;

    vgpu_inventory_free(f->last);
    mock_sysfs_free(f->mock);
    g_free(f);
    return 0;
}

static void
look(Fixture *f)
{
    vgpu_inventory_free(f->last);
    f->last = vgpu_inventory_new(f->mock->root);
}

static void
add(GString *text, const char *word)
{
    if (word)
        g_string_append_printf(text, " %s", word);
}

/* That since the last look just that has happened: a line an event, members in their order. */
static void
expect(Fixture *f, const char *lines)
{
    VgpuInventory *now = vgpu_inventory_new(f->mock->root);
    g_autoptr(GPtrArray) events = vgpu_inventory_diff(f->last, now);
    g_autoptr(GString) text = g_string_new(NULL);

    vgpu_inventory_free(f->last);
    f->last = now;
    for (guint i = 0; i < events->len; i++) {
        const VgpuEvent *event = events->pdata[i];
        g_string_append(text, vgpu_event_name(event->kind));
        add(text, event->gpu);
        add(text, event->vgpu);
        add(text, event->type);
        add(text, event->domain);
        add(text, event->domain_name);
        add(text, event->detail);
        g_string_append_c(text, '\n');
    }
    assert_string_equal(text->str, lines);
}

static void
remove_mdev(Fixture *f, const char *uuid)
{
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    assert_true(vgpu_device_remove(f->mock->root, uuid, &deadline, NULL));
}

/* How many it left of its GPU's types is no event. */
static void
test_vgpus(void **state)
{
    Fixture *f = *state;

    expect(f, "");
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-32m", UUID_B);
    expect(f, "vgpu-added " GPU " " UUID_A " vgpu-16m\n"
              "vgpu-added " GPU " " UUID_B " vgpu-32m\n");
    expect(f, "");
    remove_mdev(f, UUID_A);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-64m", UUID_A);
    expect(f, "vgpu-removed " GPU " " UUID_A " vgpu-16m\n"
              "vgpu-added " GPU " " UUID_A " vgpu-64m\n");
    remove_mdev(f, UUID_A);
    remove_mdev(f, UUID_B);
    expect(f, "vgpu-removed " GPU " " UUID_A " vgpu-64m\n"
              "vgpu-removed " GPU " " UUID_B " vgpu-32m\n");
}

static void
test_gpus(void **state)
{
    Fixture *f = *state;
    g_autofree char *entry = g_build_filename(f->mock->path, "sys/class/mdev_bus", OTHER, NULL);

    mock_sysfs_add_parent(f->mock, OTHER, NULL, -1);
    mock_sysfs_add_type(f->mock, OTHER, "other-1", 2, 16);
    expect(f, "gpu-added " OTHER " driver none, 1 types\n");
    mock_sysfs_add_type(f->mock, OTHER, "other-1", 1, 16);
    mock_sysfs_add_type(f->mock, OTHER, "other-2", 1, 16);
    expect(f, "gpu-changed " OTHER " other-1: 1 left, +other-2\n");
    /* a type that comes while a vGPU does is not that one's doing; what is left is */
    mock_sysfs_add_type(f->mock, OTHER, "other-3", 1, 16);
    mock_sysfs_add_mdev(f->mock, OTHER, "other-1", UUID_C);
    expect(f, "gpu-changed " OTHER " +other-3\nvgpu-added " OTHER " " UUID_C " other-1\n");
    remove_mdev(f, UUID_C);
    look(f);
    assert_int_equal(unlink(entry), 0);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    expect(f, "gpu-removed " OTHER "\nvgpu-added " GPU " " UUID_A " vgpu-16m\n");
}

/* A GPU that takes one type at a time lists the others no more, and its vGPU says why. */
static void
test_virtual_functions(void **state)
{
    Fixture *f = *state;

    mock_vf_add(f->mock, 4);
    expect(f, "gpu-added " MOCK_PF " driver nvidia, 2 types\n");
    mock_vf_write(f->mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/current_vgpu_type", "558");
    expect(f, "gpu-changed " MOCK_PF " -nvidia-557\n"
              "vgpu-added " MOCK_PF " " MOCK_VF_1 " nvidia-558\n");
    mock_vf_write(f->mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/current_vgpu_type", "0");
    mock_vf_write(f->mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/current_vgpu_type", "557");
    expect(f, "gpu-changed " MOCK_PF " -nvidia-558, +nvidia-557\n"
              "vgpu-removed " MOCK_PF " " MOCK_VF_1 " nvidia-558\n"
              "vgpu-added " MOCK_PF " " MOCK_VF_1 " nvidia-557\n");
}

static void
test_definitions(void **state)
{
    Fixture *f = *state;

    mock_sysfs_define(f->mock, GPU, UUID_A, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    expect(f, "definition-added " GPU " " UUID_A " vgpu-16m manual\n");
    mock_sysfs_define(f->mock, GPU, UUID_A,
                      "{\"start\":\"manual\",\"mdev_type\":\"vgpu-16m\",\"attrs\":[]}");
    expect(f, "");
    mock_sysfs_define(f->mock, GPU, UUID_A,
                      "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\"}]}");
    expect(f, "definition-changed " GPU " " UUID_A " vgpu-16m auto a=1\n");
    mock_sysfs_define(f->mock, GPU, UUID_A,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\"}]}");
    mock_sysfs_define(f->mock, OTHER, UUID_A, "{\"mdev_type\":\"x\",\"start\":\"auto\"}");
    expect(f, "definition-changed " GPU " " UUID_A " vgpu-32m auto a=1\n"
              "definition-added " OTHER " " UUID_A " x auto\n");
    assert_true(vgpu_definition_delete(f->mock->root, GPU, UUID_A, NULL));
    expect(f, "definition-removed " GPU " " UUID_A " vgpu-32m auto a=1\n");
}

static void
record(Fixture *f, VgpuRecordState state, const char *domain, const char *name)
{
    VgpuRecord record = {.state = state,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)domain,
                         .domain_name = (char *)name,
                         .vgpu = (char *)UUID_A,
                         .parent = (char *)GPU,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(f->mock->root, &record, NULL));
}

static void
test_domains(void **state)
{
    static const char other[] = "11111111-2222-3333-4444-666666666666";
    Fixture *f = *state;
    g_autofree char *passed_on =
        g_strdup_printf("domain-released " GPU " " UUID_A " vgpu-16m " DOMAIN " demo\n"
                        "domain-ready " GPU " " UUID_A " vgpu-16m %s next\n",
                        other);

    record(f, VGPU_RECORD_INTENDED, DOMAIN, "demo");
    expect(f, "domain-owns " GPU " " UUID_A " vgpu-16m " DOMAIN " demo intended\n");
    record(f, VGPU_RECORD_CREATED, DOMAIN, "demo");
    expect(f, "domain-owns " GPU " " UUID_A " vgpu-16m " DOMAIN " demo created\n");
    record(f, VGPU_RECORD_READY, DOMAIN, "demo");
    expect(f, "domain-ready " GPU " " UUID_A " vgpu-16m " DOMAIN " demo\n");
    record(f, VGPU_RECORD_READY, DOMAIN, "renamed");
    expect(f, "");
    record(f, VGPU_RECORD_READY, DOMAIN, "demo");
    expect(f, "");
    /* another's release and prepare between two looks */
    record(f, VGPU_RECORD_READY, other, "next");
    expect(f, passed_on);
    record(f, VGPU_RECORD_READY, DOMAIN, "demo");
    look(f);
    /* its domain has stopped while somebody else has it open; that ends too */
    record(f, VGPU_RECORD_RELEASED, DOMAIN, "demo");
    expect(f, "domain-released " GPU " " UUID_A " vgpu-16m " DOMAIN " demo\n");
    assert_true(vgpu_record_delete(f->mock->root, UUID_A, NULL));
    expect(f, "");
    record(f, VGPU_RECORD_READY, DOMAIN, "demo");
    expect(f, "domain-ready " GPU " " UUID_A " vgpu-16m " DOMAIN " demo\n");
    assert_true(vgpu_record_delete(f->mock->root, UUID_A, NULL));
    expect(f, "domain-released " GPU " " UUID_A " vgpu-16m " DOMAIN " demo\n");
}

static void
test_problems(void **state)
{
    static const char why[] = "the definition of vGPU '" UUID_A "' on parent '" GPU
                              "' is not usable: it is not a JSON object";
    Fixture *f = *state;
    g_autofree char *begin = g_strdup_printf("definition-added " GPU " " UUID_A " unusable\n"
                                             "problem-added %s\n",
                                             why);
    g_autofree char *end = g_strdup_printf("definition-removed " GPU " " UUID_A " unusable\n"
                                           "problem-removed %s\n",
                                           why);

    mock_sysfs_define(f->mock, GPU, UUID_A, "[]");
    expect(f, begin);
    expect(f, "");
    assert_true(vgpu_definition_delete(f->mock->root, GPU, UUID_A, NULL));
    expect(f, end);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vgpus, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gpus, setup, teardown),
        cmocka_unit_test_setup_teardown(test_virtual_functions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_definitions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_domains, setup, teardown),
        cmocka_unit_test_setup_teardown(test_problems, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
