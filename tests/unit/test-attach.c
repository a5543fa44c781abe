/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-attach.c - lib/attach.c and the part of lib/prepare.c for a vGPU that joins a domain which
 * runs: what is chosen, what is refused, and what goes again.
 */
#include "domain-text.h"
#include "mock-log.h"
#include "mock-vf.h"
#include "unit.h"

#include "attach.h"
#include "attr.h"
#include "prepare.h"
#include "record.h"
#include "release.h"

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

/* What came of vgpu_attach_choose(). */
typedef struct {
    VgpuRequest *request;
    const char *model;
    GError *error;
} Choice;

static void
choice_clear(Choice *choice)
{
    vgpu_request_free(choice->request);
    g_clear_error(&choice->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Choice, choice_clear)

/* Of a type by id or name as words, or of a size. */
static Choice
choose(MockSysfs *mock, VgpuCreateOrder order, const char *type, guint mib)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    Choice choice = {0};

    order.wish = (VgpuTypeWish){.id = type, .name = type, .framebuffer_mib = mib};
    if (!order.attrs)
        order.attrs = attrs;
    choice.request = vgpu_attach_choose(mock->root, &order, &choice.model, &choice.error);
    return choice;
}

static void
test_choose_words(void **state)
{
    MockSysfs *mock = *state;
    g_auto(Choice) id = choose(mock, (VgpuCreateOrder){0}, "vgpu-16m", 0);
    g_auto(Choice) name = choose(mock, (VgpuCreateOrder){0}, "OpenVGPU 32m", 0);
    g_auto(Choice) size = choose(
        mock,
        (VgpuCreateOrder){.vgpu = VGPU_1, .parent = GPU_1, .placement = VGPU_PLACEMENT_COMPACT},
        NULL, 20);

    assert_no_error(id.error);
    assert_string_equal(id.request->type, "vgpu-16m");
    assert_null(id.request->type_name);
    assert_null(id.request->parent);
    assert_true(vgpu_uuid_check(id.request->vgpu, NULL));
    assert_string_equal(id.model, "vfio-pci");
    assert_no_error(name.error);
    assert_string_equal(name.request->type_name, "OpenVGPU 32m");
    assert_null(name.request->type);
    assert_no_error(size.error);
    assert_string_equal(size.request->vgpu, VGPU_1);
    assert_int_equal(size.request->framebuffer_mib, 20);
    assert_string_equal(size.request->parent, GPU_1);
    assert_int_equal(size.request->placement, VGPU_PLACEMENT_COMPACT);
}

/* It is for later: that no place is left now is no reason. */
static void
test_choose_full(void **state)
{
    MockSysfs *mock = *state;

    mock_sysfs_add_parent(mock, "matrix", "vfio_ap", -1);
    mock_sysfs_add_type(mock, "matrix", "vfio_ap-passthrough", 0, 0);
    mock_sysfs_write(
        mock, "sys/class/mdev_bus/matrix/mdev_supported_types/vfio_ap-passthrough/device_api",
        "vfio-ap\n");
    g_auto(Choice) choice = choose(mock, (VgpuCreateOrder){0}, "vfio_ap-passthrough", 0);
    assert_no_error(choice.error);
    assert_string_equal(choice.model, "vfio-ap");
}

static void
test_choose_refused(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();

    vgpu_attr_list_add(attrs, "vgpu/params", "frob=1");
    g_auto(Choice) type = choose(mock, (VgpuCreateOrder){0}, "vgpu-1m", 0);
    assert_error(&type.error, VGPU_ERROR_NOT_FOUND, "this host has no such type");
    g_auto(Choice) attr = choose(mock, (VgpuCreateOrder){.attrs = attrs}, "vgpu-16m", 0);
    assert_error(&attr.error, VGPU_ERROR_INVALID, "frob");
    g_auto(Choice) kind = choose(mock, (VgpuCreateOrder){.vgpu = MOCK_VF_1}, "vgpu-16m", 0);
    assert_error(&kind.error, VGPU_ERROR_CONFLICT, "can't have a vGPU '" MOCK_VF_1 "'");
}

/* On a GPU that is away. */
static void
test_choose_blindly(void **state)
{
    MockSysfs *mock = *state;
    VgpuCreateOrder away = {.parent = "0000:99:00.0"};
    g_auto(Choice) type = choose(mock, away, "nvidia-9", 0);

    assert_no_error(type.error);
    assert_string_equal(type.request->type, "nvidia-9");
    assert_string_equal(type.request->parent, "0000:99:00.0");
    assert_non_null(strstr(logged->str, "GPU '0000:99:00.0' makes no vGPUs now"));
    g_auto(Choice) size = choose(mock, away, NULL, 20);
    assert_error(&size.error, VGPU_ERROR_NOT_FOUND, "GPU '0000:99:00.0' makes no vGPUs now");
}

static void
test_choose_function(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    VgpuCreateOrder order = {.taken = taken};

    mock_vf_add(mock, 4);
    g_auto(Choice) absent = choose(mock, (VgpuCreateOrder){.vgpu = MOCK_VF_OF_2}, "nvidia-557", 0);
    assert_error(&absent.error, VGPU_ERROR_CONFLICT, "can't have a vGPU '" MOCK_VF_OF_2 "'");
    g_hash_table_add(taken, (gpointer)MOCK_VF_1);
    g_auto(Choice) first = choose(mock, order, "nvidia-557", 0);
    assert_no_error(first.error);
    assert_string_equal(first.request->vgpu, MOCK_VF_2);
    mock_vf_add_second(mock);
    g_auto(Choice) spread = choose(mock, order, "nvidia-557", 0);
    assert_no_error(spread.error);
    assert_string_equal(spread.request->vgpu, MOCK_VF_OF_2);
    assert_string_equal(spread.request->parent, MOCK_PF_2);
    g_auto(Choice) size = choose(mock, order, NULL, 4096);
    assert_no_error(size.error);
    assert_string_equal(size.request->vgpu, MOCK_VF_2);
    assert_string_equal(size.request->type, "nvidia-558");
    assert_int_equal(size.request->framebuffer_mib, 0);
    assert_string_equal(size.request->parent, MOCK_PF);
    g_auto(Choice) named = choose(mock, (VgpuCreateOrder){.vgpu = MOCK_VF_1}, "NVIDIA A40-4Q", 0);
    assert_no_error(named.error);
    assert_string_equal(named.request->vgpu, MOCK_VF_1);
    assert_string_equal(named.request->type, "nvidia-558");
    assert_string_equal(named.request->parent, MOCK_PF);
    g_hash_table_add(taken, (gpointer)MOCK_VF_2);
    g_hash_table_add(taken, (gpointer) "0000:41:00.6");
    g_hash_table_add(taken, (gpointer) "0000:41:00.7");
    g_auto(Choice) none = choose(mock, order, "nvidia-558", 0);
    assert_error(&none.error, VGPU_ERROR_FULL, "has no virtual function left");
}

/* They are not enabled yet, and the hook will do it at start if it knows which one is meant. */
static void
test_choose_function_that_is_off(void **state)
{
    MockSysfs *mock = *state;

    mock_vf_add(mock, 0);
    g_auto(Choice) any = choose(mock, (VgpuCreateOrder){.parent = MOCK_PF}, "nvidia-558", 0);
    assert_error(&any.error, VGPU_ERROR_NOT_FOUND, "--uuid with the address");
    g_auto(Choice) one =
        choose(mock, (VgpuCreateOrder){.parent = MOCK_PF, .vgpu = MOCK_VF_2}, "nvidia-558", 0);
    assert_no_error(one.error);
    assert_string_equal(one.request->vgpu, MOCK_VF_2);
    assert_string_equal(one.request->parent, MOCK_PF);
}

static void
check(MockSysfs *mock, const char *request, int code, const char *text)
{
    g_autoptr(VgpuDomain) domain = domain_new(DOMAIN_A, request, HOSTDEV(VGPU_1, "yes"));
    GError *error = NULL;
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    gboolean ok = vgpu_attach_check(mock->root, settings, domain, VGPU_1, &error);

    if (!text) {
        assert_no_error(error);
        assert_true(ok);
    } else {
        assert_false(ok);
        assert_error(&error, code, text);
    }
}

/* What the start would say is said now. */
static void
test_check(void **state)
{
    MockSysfs *mock = *state;

    check(mock, REQUEST(VGPU_1, "'vgpu-16m'"), 0, NULL);
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    check(mock, REQUEST(VGPU_1, "'vgpu-16m'"), 0, NULL);
    check(mock, REQUEST(VGPU_1, "'vgpu-16m' parent='0001:00:01.0'"), VGPU_ERROR_CONFLICT,
          "it is there with type 'vgpu-16m' on parent '" GPU_1 "'");
    mock_sysfs_define(mock, GPU_1, VGPU_1, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    check(mock, REQUEST(VGPU_1, "'vgpu-16m'"), 0, NULL);
    check(mock, REQUEST(VGPU_1, "'vgpu-32m'"), VGPU_ERROR_CONFLICT, "mdevctl's definition");
    mock_sysfs_write(mock, "etc/openvgpu/openvgpu.conf", "[allow]\ntypes=vgpu-3*\n");
    check(mock, REQUEST(VGPU_1, "'vgpu-16m'"), VGPU_ERROR_ACCESS, "vgpu-16m");
}

static void
save_record(MockSysfs *mock, const char *domain, const char *vgpu)
{
    VgpuRecord record = {.state = VGPU_RECORD_READY,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)domain,
                         .domain_name = (char *)"vm",
                         .vgpu = (char *)vgpu,
                         .parent = (char *)GPU_1,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

static void
test_check_free(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    assert_true(vgpu_attach_check_free(mock->root, DOMAIN_A, VGPU_1, NULL));
    save_record(mock, DOMAIN_B, VGPU_1);
    assert_true(vgpu_attach_check_free(mock->root, DOMAIN_A, VGPU_1, NULL)); /* out of date */
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_false(vgpu_attach_check_free(mock->root, DOMAIN_A, VGPU_1, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "belongs to domain \"vm\" (" DOMAIN_B ")");
    assert_true(vgpu_attach_check_free(mock->root, DOMAIN_B, VGPU_1, NULL));
}

static gboolean
prepare_added(MockSysfs *mock, const char *id, const char *type, GError **error)
{
    g_autofree char *requests =
        g_strdup_printf(REQUEST(VGPU_1, "'vgpu-16m'") "<vgpu:vgpu uuid='%s' type='%s'/>", id, type);
    g_autofree char *hostdevs = g_strdup_printf(HOSTDEV(VGPU_1, "yes") HOSTDEV("%s", "yes"), id);
    g_autoptr(VgpuDomain) domain = domain_new(DOMAIN_A, requests, hostdevs);
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    VgpuDeadline deadline = vgpu_deadline_after(10000);

    return vgpu_prepare_added(mock->root, domain, id, settings, &deadline, error);
}

/* What the running domain has is open, and stays; the stop takes what was added too. */
static void
test_added(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    save_record(mock, DOMAIN_A, VGPU_1);
    save_record(mock, DOMAIN_A, VGPU_3); /* sweeping is for a start */
    mock_sysfs_hold(mock, VGPU_1, 4711);
    assert_false(prepare_added(mock, VGPU_2, "vgpu-1m", &error));
    assert_error(&error, VGPU_ERROR_FULL, "vgpu-1m");
    assert_false(mock_sysfs_has_mdev(mock, VGPU_2));
    prepare_added(mock, VGPU_2, "vgpu-32m", &error);
    assert_no_error(error);
    assert_true(mock_sysfs_has_mdev(mock, VGPU_2));
    assert_true(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_2));
    assert_true(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_1));
    assert_true(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_3));
    mock_sysfs_let_go(mock, 4711);
    assert_true(vgpu_release(mock->root, DOMAIN_A, NULL, &deadline, NULL));
    assert_false(mock_sysfs_has_mdev(mock, VGPU_2));
    assert_false(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_2));
}

static gpointer
let_go_soon(gpointer mock)
{
    g_usleep(200 * 1000);
    mock_sysfs_let_go(mock, 4711);
    return NULL;
}

static gboolean
drop(MockSysfs *mock, const VgpuDeadline *deadline, GError **error)
{
    VgpuFileStamp seen = vgpu_record_stamp(mock->root, VGPU_1);

    return vgpu_attach_drop(mock->root, DOMAIN_A, VGPU_1, &seen, deadline, error);
}

/* The domain has stopped and is about to run with it again: QEMU has not opened it yet. */
static void
test_drop_of_the_next_start(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline later = vgpu_deadline_after(10000);

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    save_record(mock, DOMAIN_A, VGPU_1);
    VgpuFileStamp seen = vgpu_record_stamp(mock->root, VGPU_1);
    save_record(mock, DOMAIN_A, VGPU_1);
    assert_true(vgpu_attach_drop(mock->root, DOMAIN_A, VGPU_1, &seen, &later, NULL));
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
    assert_true(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_1));
}

static void
test_drop(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline soon = vgpu_deadline_after(100), later = vgpu_deadline_after(10000);
    GError *error = NULL;
    GThread *thread;

    assert_true(drop(mock, &later, NULL));
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_true(drop(mock, &later, NULL));
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1)); /* somebody made it by hand */
    save_record(mock, DOMAIN_B, VGPU_1);
    assert_true(drop(mock, &later, NULL));
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
    save_record(mock, DOMAIN_A, VGPU_1);
    mock_sysfs_hold(mock, VGPU_1, 4711);
    assert_false(drop(mock, &soon, &error));
    assert_error(&error, VGPU_ERROR_BUSY, "in use by process 4711");
    assert_true(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_1));
    thread = g_thread_new("guest", let_go_soon, mock);
    assert_true(drop(mock, &later, NULL));
    g_thread_join(thread);
    assert_false(mock_sysfs_has_mdev(mock, VGPU_1));
    assert_false(vgpu_attach_owns(mock->root, DOMAIN_A, VGPU_1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(choose_words),
        TEST(choose_full),
        TEST(choose_refused),
        TEST(choose_blindly),
        TEST(choose_function),
        TEST(choose_function_that_is_off),
        TEST(check),
        TEST(check_free),
        TEST(added),
        TEST(drop),
        TEST(drop_of_the_next_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
