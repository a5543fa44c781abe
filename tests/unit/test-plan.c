/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-plan.c - lib/plan.c, lib/plan-domain.c and lib/host.c: what would be done about a domain's
 * vGPUs, with nothing done. What is done then is test-prepare.c's.
 */
#include "unit.h"

#include "domain-text.h"
#include "mock-log.h"
#include "mock-sysfs.h"
#include "mock-vf.h"
#include "plan-domain.h"
#include "plan.h"

static const VgpuNumaSet no_nodes;

/* Whose strings the last plan borrows. */
static VgpuDomain *domain;

/* What is planned for the first host device; checks action and reason. */
static VgpuPlan *
plan(MockSysfs *mock, const char *requests, const char *hostdevs, VgpuPlanAction action,
     const char *why)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    g_clear_pointer(&domain, vgpu_domain_free);
    domain = domain_new(DOMAIN_A, requests, hostdevs);
    VgpuPlanCall call = {
        .root = mock->root, .domain = domain, .settings = settings, .nodes = &no_nodes};
    GError *error = NULL;
    VgpuPlan *plan = vgpu_plan_new(&call, domain->hostdevs->pdata[0], &error);

    assert_no_error(error);
    assert_int_equal(plan->action, action);
    assert_non_null(strstr(plan->why, why));
    return plan;
}

static void
check_plan(MockSysfs *mock, const char *requests, const char *hostdevs, VgpuPlanAction action,
           const char *why)
{
    vgpu_plan_free(plan(mock, requests, hostdevs, action, why));
}

static void
put_record(MockSysfs *mock, const char *owner, VgpuRecordState state)
{
    VgpuRecord record = {state,          VGPU_RECORD_METADATA, (char *)owner,     (char *)"vm",
                         (char *)VGPU_1, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

static void
test_what_is_left(void **state)
{
    MockSysfs *mock = *state;

    check_plan(mock, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_LEAVE, "neither metadata nor");
    check_plan(mock, NULL, HOSTDEV(VGPU_1, "no"), VGPU_PLAN_LEAVE, "metadata does not name it");
    mock_sysfs_define(mock, GPU_1, VGPU_1, "{\"mdev_type\": \"vgpu-16m\", \"start\": \"manual\"}");
    check_plan(mock, NULL, HOSTDEV(VGPU_1, "no"), VGPU_PLAN_LEAVE, "managed='yes'");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    check_plan(mock, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_LEAVE, "others made it");
}

static void
refuse(MockSysfs *mock, const char *requests, int code, const char *why)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    g_autoptr(VgpuDomain) asks = domain_new(DOMAIN_A, requests, HOSTDEV(VGPU_1, "yes"));
    VgpuPlanCall call = {
        .root = mock->root, .domain = asks, .settings = settings, .nodes = &no_nodes};
    GError *error = NULL;

    assert_null(vgpu_plan_new(&call, asks->hostdevs->pdata[0], &error));
    assert_error(&error, code, why);
}

static void
test_attribute_that_can_not_be(void **state)
{
    refuse(*state,
           "<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'><vgpu:attr name='vgpu/params' "
           "value='resolution=9x9'/></vgpu:vgpu>",
           VGPU_ERROR_INVALID, "resolution '9x9'");
}

static void
test_what_is_made(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(VgpuPlan) made = plan(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
                                    VGPU_PLAN_MAKE, "metadata asks for it");

    assert_int_equal(made->places->len, 1);
    assert_string_equal(g_array_index(made->places, VgpuPlace, 0).parent->name, GPU_1);
    assert_string_equal(made->wish->type, "vgpu-16m");
    assert_false(mock_sysfs_has_mdev(mock, VGPU_1));
    mock_sysfs_define(mock, GPU_1, VGPU_1, "{\"mdev_type\": \"vgpu-16m\", \"start\": \"manual\"}");
    check_plan(mock, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_MAKE, "it is defined");
}

static void
test_what_was_made(void **state)
{
    static const struct {
        VgpuRecordState state;
        const char *type;
        VgpuPlanAction action;
        const char *why;
    } rows[] = {
        {VGPU_RECORD_READY, "'vgpu-16m'", VGPU_PLAN_KEEP, "for this domain"},
        {VGPU_RECORD_READY, "'vgpu-32m'", VGPU_PLAN_REMOVE, "another type"},
        {VGPU_RECORD_CREATED, "'vgpu-16m'", VGPU_PLAN_REMOVE, "unfinished"},
        {VGPU_RECORD_RELEASED, "'vgpu-16m'", VGPU_PLAN_REMOVE, "unfinished"},
        {VGPU_RECORD_RELEASED, NULL, VGPU_PLAN_TAKE_OVER, "let go of it"},
    };
    MockSysfs *mock = *state;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *request =
            rows[i].type ? g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type=%s/>", rows[i].type)
                         : NULL;
        put_record(mock, DOMAIN_A, rows[i].state);
        check_plan(mock, request, HOSTDEV(VGPU_1, "yes"), rows[i].action, rows[i].why);
    }
    put_record(mock, DOMAIN_B, VGPU_RECORD_RELEASED);
    check_plan(mock, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_TAKE_OVER, "let go of it");
    /* what another's start has left half made keeps nobody waiting for that domain */
    put_record(mock, DOMAIN_B, VGPU_RECORD_CREATED);
    check_plan(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_REMOVE,
               "unfinished");
}

static void
test_of_another_domain(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    put_record(mock, DOMAIN_B, VGPU_RECORD_READY);
    refuse(mock, REQUEST(VGPU_1, "'vgpu-16m'"), VGPU_ERROR_CONFLICT, "belongs to domain");
    put_record(mock, DOMAIN_B, VGPU_RECORD_CREATED);
    refuse(mock, NULL, VGPU_ERROR_CONFLICT, "belongs to domain");
}

/* Not even one that an earlier call has made, when it still was allowed. */
static void
test_what_is_not_allowed(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_write(mock, "etc/openvgpu/openvgpu.conf", "[allow]\ntypes = nvidia-*\n");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    put_record(mock, DOMAIN_A, VGPU_RECORD_READY);
    refuse(mock, REQUEST(VGPU_1, "'vgpu-16m'"), VGPU_ERROR_ACCESS, "administrator allows");
}

static void
test_records_that_are_stale(void **state)
{
    MockSysfs *mock = *state;

    put_record(mock, DOMAIN_B, VGPU_RECORD_READY);
    check_plan(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_FORGET,
               "it is gone");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-32m", VGPU_1);
    check_plan(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_PLAN_FORGET,
               "not what the record says");
}

static void
test_virtual_functions(void **state)
{
    MockSysfs *mock = *state;

    mock_vf_add(mock, 0);
    g_autoptr(VgpuPlan) enable =
        plan(mock, "<vgpu:vgpu address='" MOCK_VF_1 "' type='nvidia-558' parent='" MOCK_PF "'/>",
             "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' "
             "bus='0x41' slot='0x00' function='0x4'/></source></hostdev>",
             VGPU_PLAN_ENABLE, "not there yet");
    assert_string_equal(enable->parent, MOCK_PF);
    assert_null(enable->wish);
}

static guint
left(const VgpuHost *host, const char *type)
{
    return vgpu_parent_find_type(host->parents->pdata[0], type, NULL)->available_instances;
}

static void
test_what_would_be(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;
    g_autoptr(VgpuHost) host = vgpu_host_look(mock->root, &error);

    assert_no_error(error);
    vgpu_host_assume(host, GPU_1, "vgpu-32m", VGPU_1);
    assert_int_equal(host->devices->len, 1);
    assert_int_equal(left(host, "vgpu-16m"), 14);
    assert_int_equal(left(host, "vgpu-32m"), 7);
    assert_int_equal(left(host, "vgpu-64m"), 3);
    for (int i = 0; i < 3; i++)
        vgpu_host_assume(host, GPU_1, "vgpu-64m", VGPU_2);
    assert_int_equal(left(host, "vgpu-64m"), 0);
    assert_int_equal(left(host, "vgpu-16m"), 2);
    vgpu_host_assume(host, GPU_1, "vgpu-64m", VGPU_3);
    assert_int_equal(left(host, "vgpu-16m"), 0);
    vgpu_host_assume_gone(host, VGPU_1);
    assert_int_equal(host->devices->len, 4);
    assert_int_equal(left(host, "vgpu-16m"), 2);
}

/* The steps of a whole domain, one a line: "uuid's last digit: action GPU type". */
static char *
outlook(MockSysfs *mock, const char *requests, const char *hostdevs, gboolean *starts)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    GString *text = g_string_new(NULL);
    GError *error = NULL;

    g_clear_pointer(&domain, vgpu_domain_free);
    domain = domain_new(DOMAIN_A, requests, hostdevs);
    g_autoptr(GPtrArray) steps = vgpu_plan_domain(mock->root, domain, settings, starts, &error);
    assert_no_error(error);
    for (guint i = 0; i < steps->len; i++) {
        const VgpuPlanStep *step = steps->pdata[i];
        g_string_append_printf(text, "%s: %s %s %s\n", step->vgpu + 35, step->action,
                               step->parent ? step->parent : "-", step->type ? step->type : "-");
    }
    return g_string_free(text, FALSE);
}

static void
check_outlook(MockSysfs *mock, const char *requests, const char *hostdevs, gboolean starts,
              const char *expected)
{
    gboolean will;
    g_autofree char *text = outlook(mock, requests, hostdevs, &will);

    assert_string_equal(text, expected);
    assert_int_equal(will, starts);
}

#define TWO_GPUS REQUEST(VGPU_1, "'vgpu-64m'") REQUEST(VGPU_2, "'vgpu-64m'")
#define TWO      HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes")

/* What the first gets is not there for the second. */
static void
test_domain_with_two(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_add_gpu(mock, GPU_2);
    check_outlook(mock, TWO_GPUS, TWO, TRUE,
                  "1: make " GPU_1 " vgpu-64m\n2: make " GPU_2 " vgpu-64m\n");
    mock_sysfs_write(mock,
                     "sys/class/mdev_bus/" GPU_2 "/mdev_supported_types/vgpu-64m/"
                     "available_instances",
                     "0\n");
    mock_sysfs_write(mock,
                     "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-64m/"
                     "available_instances",
                     "1\n");
    check_outlook(mock, TWO_GPUS, TWO, FALSE, "1: make " GPU_1 " vgpu-64m\n2: refuse - -\n");
    assert_false(mock_sysfs_has_mdev(mock, VGPU_1));
}

static void
test_domain_that_left_things(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    put_record(mock, DOMAIN_A, VGPU_RECORD_READY);
    check_outlook(mock, REQUEST(VGPU_2, "'vgpu-16m'"), HOSTDEV(VGPU_2, "yes"), TRUE,
                  "1: remove " GPU_1 " vgpu-16m\n2: make " GPU_1 " vgpu-16m\n");
    put_record(mock, DOMAIN_A, VGPU_RECORD_CREATED);
    mock_sysfs_write(mock,
                     "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/"
                     "available_instances",
                     "0\n");
    check_outlook(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), TRUE,
                  "1: remove " GPU_1 " vgpu-16m\n1: make " GPU_1 " vgpu-16m\n");
    put_record(mock, DOMAIN_B, VGPU_RECORD_READY);
    check_outlook(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), FALSE,
                  "1: refuse - -\n");
}

/* As the hook goes on once such a record is gone. */
static void
test_domain_with_a_stale_record(void **state)
{
    MockSysfs *mock = *state;

    put_record(mock, DOMAIN_B, VGPU_RECORD_READY);
    check_outlook(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), TRUE,
                  "1: forget - -\n1: make " GPU_1 " vgpu-16m\n");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-32m", VGPU_1);
    check_outlook(mock, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), FALSE,
                  "1: forget " GPU_1 " vgpu-32m\n1: refuse - -\n");
    check_outlook(mock, REQUEST(VGPU_1, "'vgpu-32m'"), HOSTDEV(VGPU_1, "yes"), TRUE,
                  "1: forget " GPU_1 " vgpu-32m\n1: leave " GPU_1 " vgpu-32m\n");
}

/* Where the hook is not asked, neither a leftover nor a damaged record plays a part. */
static void
test_domain_of_others(void **state)
{
    MockSysfs *mock = *state;

    put_record(mock, DOMAIN_A, VGPU_RECORD_READY);
    check_outlook(mock, NULL, "", TRUE, "");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_2);
    mock_sysfs_write(mock, "run/openvgpu/vgpus/" VGPU_2 ".json", "{");
    check_outlook(mock, NULL, HOSTDEV(VGPU_2, "yes"), TRUE, "2: leave - -\n");
}

static void
test_domain_with_the_hook_off(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_write(mock, "etc/openvgpu/openvgpu.conf", "[hook]\nenabled = no\n");
    check_outlook(mock, TWO_GPUS, TWO, TRUE, "1: leave - -\n2: leave - -\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left),
        TEST(attribute_that_can_not_be),
        TEST(what_is_made),
        TEST(what_was_made),
        TEST(of_another_domain),
        TEST(what_is_not_allowed),
        TEST(records_that_are_stale),
        TEST(virtual_functions),
        TEST(what_would_be),
        TEST(domain_with_two),
        TEST(domain_that_left_things),
        TEST(domain_with_a_stale_record),
        TEST(domain_of_others),
        TEST(domain_with_the_hook_off),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    vgpu_domain_free(domain);
    return failed;
}
