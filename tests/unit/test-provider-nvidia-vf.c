/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-provider-nvidia-vf.c - vGPUs on virtual functions: found, made, removed, and their VFs
 * enabled.
 */
#include "domain-text.h"
#include "mock-log.h"
#include "mock-vf.h"
#include "unit.h"

#include "migrate.h"
#include "prepare.h"
#include "provider.h"
#include "record.h"
#include "release.h"
#include "restore.h"

#include <sys/stat.h>
#include <unistd.h>

#define VF_DEVICE(managed)                                                                         \
    "<hostdev mode='subsystem' type='pci' managed='" managed "'><source><address domain='0x0000' " \
    "bus='0x41' slot='0x00' function='0x4'/></source></hostdev>"
#define FILE_1           "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/current_vgpu_type"
#define VF_REQUEST(more) "<vgpu:vgpu address='" MOCK_VF_1 "' " more "/>"

static gboolean
make(MockSysfs *mock, const char *parent, const char *type, const char *vf, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    return vgpu_device_create(mock->root, parent, type, vf, &deadline, error);
}

static void
test_ids(void **state)
{
    static const char *const bad[] = {
        "",   "0000:41:00",    "000:41:00.4",  "0000:41:00.8",      "0000-41-00.4",
        "..", "0000:41:00.44", "g000:41:00.4", "123456789:41:00.4", "00000000:41:00.4"};
    g_autofree char *canonical = NULL;

    assert_ptr_equal(vgpu_provider_of_id("0000:4A:1F.7", &canonical, NULL),
                     &vgpu_provider_nvidia_vf);
    assert_string_equal(canonical, "0000:4a:1f.7");
    assert_ptr_equal(vgpu_provider_of_id("10000:41:00.4", NULL, NULL), &vgpu_provider_nvidia_vf);
    assert_ptr_equal(vgpu_provider_of_id(UUID_A, NULL, NULL), &vgpu_provider_mdev);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        assert_null(vgpu_provider_of_id(bad[i], NULL, &error));
        assert_error(&error, VGPU_ERROR_INVALID, "neither a uuid nor the PCI address");
    }
    assert_null(vgpu_provider_of_id(NULL, NULL, NULL));
}

static void
test_parents(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    mock_vf_add(mock, 4);
    g_autoptr(GPtrArray) parents = vgpu_parent_list(mock->root, NULL);
    const VgpuParent *pf = parents->pdata[0];
    const VgpuType *type = vgpu_parent_find_type(pf, "nvidia-558", NULL);

    assert_int_equal(parents->len, 2);
    assert_string_equal(pf->name, MOCK_PF);
    assert_string_equal(pf->driver, "nvidia");
    assert_int_equal(pf->numa_node, 1);
    assert_int_equal(pf->types->len, 2);
    assert_string_equal(type->name, "NVIDIA A40-4Q");
    assert_int_equal(type->framebuffer_mib, 4096);
    assert_int_equal(type->available_instances, 4);
    assert_true(vgpu_device_has_parent(mock->root, MOCK_PF, MOCK_VF_1));
    assert_false(vgpu_device_has_parent(mock->root, MOCK_VF_1, MOCK_VF_1));
}

/* However a number is written, the type that is listed can be made. */
static void
test_list_of_types(void **state)
{
    static const char list[] = "ID : vGPU Name\n0557: NVIDIA A40-2Q\n-558 : a\n: b\n559\n";
    g_autoptr(MockSysfs) mock = mock_sysfs_new();

    mock_vf_add(mock, 1);
    mock_sysfs_write(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/creatable_vgpu_types", list);
    g_autoptr(VgpuParent) pf = vgpu_parent_load(mock->root, MOCK_PF, NULL);
    const VgpuType *type = pf->types->pdata[0];
    g_autofree char *vf = vgpu_provider_nvidia_vf.pick(mock->root, pf, type->id, NULL);
    assert_int_equal(pf->types->len, 1);
    assert_string_equal(type->id, "nvidia-557");
    assert_string_equal(type->name, "NVIDIA A40-2Q");
    assert_string_equal(vf, MOCK_VF_1);
    assert_null(vgpu_provider_nvidia_vf.pick(mock->root, pf, "nvidia-558", NULL));
}

/* Its VFs are gone; what is defined on it can be had all the same. */
static void
test_parent_without_vfs(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_vf_add(mock, 0);
    g_autoptr(GPtrArray) parents = vgpu_parent_list(mock->root, NULL);

    assert_int_equal(parents->len, 0);
    assert_true(vgpu_device_has_parent(mock->root, MOCK_PF, MOCK_VF_1));
    assert_null(vgpu_parent_load(mock->root, MOCK_PF, NULL));
}

static void
test_made_and_removed(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_true(make(mock, MOCK_PF, "nvidia-558", MOCK_VF_1, &error));
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
    g_autoptr(GPtrArray) devices = vgpu_device_list(mock->root, &error);
    const VgpuDevice *device = devices->pdata[0];
    assert_int_equal(devices->len, 1);
    assert_string_equal(device->id, MOCK_VF_1);
    assert_string_equal(device->parent, MOCK_PF);
    assert_string_equal(device->type, "nvidia-558");
    assert_true(vgpu_device_set_attr(mock->root, MOCK_VF_1, "nvidia/vgpu_params", "a=1", &deadline,
                                     &error));
    assert_false(
        vgpu_device_set_attr(mock->root, MOCK_VF_1, "physfn/sriov_numvfs", "0", &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no attribute");
    assert_false(vgpu_device_set_attr(mock->root, MOCK_VF_1, "config", "x", &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no attribute 'config'");
    assert_false(vgpu_device_set_attr(mock->root, MOCK_VF_1, "nvidia/current_vgpu_type", "0",
                                      &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no attribute");
    assert_true(vgpu_device_remove(mock->root, MOCK_VF_1, &deadline, &error));
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 0);
    assert_true(vgpu_device_remove(mock->root, MOCK_VF_1, &deadline, &error));
}

static void
test_refused(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;

    mock_vf_add(mock, 4);
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    assert_true(make(mock, MOCK_PF, "nvidia-558", MOCK_VF_1, &error));
    assert_false(make(mock, MOCK_PF, "nvidia-558", MOCK_VF_1, &error));
    assert_error(&error, VGPU_ERROR_EXISTS, MOCK_VF_1);
    assert_false(make(mock, MOCK_PF, "nvidia-557", MOCK_VF_2, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no type 'nvidia-557'; it has: nvidia-558");
    assert_false(make(mock, MOCK_PF, "nvidia-558", MOCK_VF_NONE, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, MOCK_VF_NONE);
    assert_false(make(mock, "0001:00:00.0", "vgpu-16m", MOCK_VF_2, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "type 'vgpu-16m' is none of a virtual function");
    assert_true(make(mock, MOCK_PF, "nvidia-558", MOCK_VF_2, &error));
    assert_false(make(mock, MOCK_PF, "nvidia-558", "0000:41:00.6", &error));
    assert_error(&error, VGPU_ERROR_FULL, "has no instance of type 'nvidia-558' left");
}

/* Between our look and our write: theirs stays, though it is of the type we want. */
static void
test_lost_race(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_int_equal(mock_vf_write(mock, FILE_1, "558"), 0);
    assert_false(vgpu_provider_nvidia_vf.create(mock->root, MOCK_PF, "nvidia-558", MOCK_VF_1,
                                                &deadline, &error));
    assert_error(&error, VGPU_ERROR_EXISTS, "there is a vGPU '" MOCK_VF_1 "' already");
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
}

static gpointer
appear_late(gpointer data)
{
    g_usleep(200000);
    mock_vf_appear(data, 4);
    return NULL;
}

/* As after a boot: no VF is enabled, and they come late. */
static void
test_enable(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(20000), passed = vgpu_deadline_after(1500);
    GError *error = NULL;

    mock_vf_add(mock, 0);
    assert_false(vgpu_provider_nvidia_vf.enable(mock->root, MOCK_PF, MOCK_VF_1, &passed, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "virtual function '" MOCK_VF_1 "'");
    g_autofree char *number = mock_sysfs_read(mock, "sys/bus/pci/devices/" MOCK_PF "/sriov_numvfs");
    assert_string_equal(number, "4\n");
    GThread *thread = g_thread_new("late", appear_late, mock);
    assert_true(vgpu_provider_nvidia_vf.enable(mock->root, MOCK_PF, MOCK_VF_1, &deadline, &error));
    g_thread_join(thread);
    assert_false(
        vgpu_provider_nvidia_vf.enable(mock->root, "0000:99:00.0", MOCK_VF_1, &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "0000:99:00.0");
}

/* Whoever may edit a domain must not switch on VFs of other devices, nor keep us waiting. */
static void
test_enable_refused(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    gint64 start = g_get_monotonic_time();
    GError *error = NULL;

    mock_vf_add(mock, 2);
    assert_false(vgpu_device_has_parent(mock->root, MOCK_NIC, MOCK_VF_1));
    assert_false(vgpu_device_enable(mock->root, MOCK_NIC, MOCK_VF_1, &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "'" MOCK_NIC "' is no GPU that makes vGPUs");
    g_autofree char *number =
        mock_sysfs_read(mock, "sys/bus/pci/devices/" MOCK_NIC "/sriov_numvfs");
    assert_string_equal(number, "0\n");
    assert_false(vgpu_device_enable(mock->root, MOCK_PF, MOCK_VF_NONE, &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no virtual function '" MOCK_VF_NONE "'");
    /* where the driver leaves the number to others */
    mock_sysfs_fail(mock, "sriov_numvfs", ENOENT);
    assert_false(vgpu_device_enable(mock->root, MOCK_PF, MOCK_VF_NONE, &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "has no virtual function '" MOCK_VF_NONE "'");
    /* what the driver has no answer for is not taken for such a number */
    mock_sysfs_fail(mock, "sriov_numvfs", EIO);
    assert_false(vgpu_device_enable(mock->root, MOCK_PF, MOCK_VF_NONE, &deadline, &error));
    assert_error(&error, VGPU_ERROR_IO, "sriov_numvfs");
    assert_true(g_get_monotonic_time() - start < 3 * G_USEC_PER_SEC);
}

/* Somebody is turning them on, which the kernel makes everybody wait for who asks how many are. */
static void
test_enable_while_others_do(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(500);
    g_autofree char *number =
        g_build_filename(mock->path, "sys/bus/pci/devices/" MOCK_PF "/sriov_numvfs", NULL);
    gint64 start = g_get_monotonic_time();
    GError *error = NULL;

    mock_vf_add(mock, 0);
    /* who reads it is refused */
    assert_int_equal(unlink(number), 0);
    assert_int_equal(mkfifo(number, 0600), 0);
    mock_sysfs_fail(mock, "sriov_numvfs", MOCK_HANG);
    assert_false(vgpu_device_enable(mock->root, MOCK_PF, MOCK_VF_1, &deadline, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "sriov_numvfs");
    assert_true(g_get_monotonic_time() - start < 2 * G_USEC_PER_SEC);
}

static gboolean
prepare(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs,
        GError **error)
{
    g_autoptr(VgpuDomain) parsed = domain_new(domain, requests, hostdevs);
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    VgpuDeadline deadline = vgpu_deadline_after(1000);

    return vgpu_prepare(mock->root, parsed, settings, &deadline, error);
}

static void
release(MockSysfs *mock, const char *domain)
{
    VgpuDeadline deadline = vgpu_deadline_after(1000);

    assert_true(vgpu_release(mock->root, domain, NULL, &deadline, NULL));
}

static void
test_domain(void **state)
{
    MockSysfs *mock = *state;
    const char *request = VF_REQUEST("framebuffer='4G'");
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_true(prepare(mock, DOMAIN_A, request, VF_DEVICE("no"), &error));
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
    g_autoptr(VgpuRecord) record = vgpu_record_load(mock->root, MOCK_VF_1, &error);
    assert_string_equal(record->parent, MOCK_PF);
    assert_string_equal(record->type, "nvidia-558");
    assert_false(prepare(mock, DOMAIN_B, request, VF_DEVICE("no"), &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "it belongs to domain \"vma\"");
    release(mock, DOMAIN_B);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
    release(mock, DOMAIN_A);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 0);
    /* late, and after another domain took it */
    assert_true(prepare(mock, DOMAIN_B, request, VF_DEVICE("no"), &error));
    release(mock, DOMAIN_A);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
}

/* What mixed sizes need, after the type, in the order of the metadata. */
static void
test_placement_id(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_vf_add(mock, 4);
    mock_sysfs_write(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/placement_id", "0\n");
    assert_true(prepare(mock, DOMAIN_A,
                        "<vgpu:vgpu address='" MOCK_VF_1 "' type='nvidia-558'>"
                        "<vgpu:attr name='nvidia/placement_id' value='8'/></vgpu:vgpu>",
                        VF_DEVICE("no"), &error));
    assert_no_error(error);
    g_autofree char *id =
        mock_sysfs_read(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/placement_id");
    assert_string_equal(g_strchomp(id), "8");
}

/* Somebody set it to 0 and gave it another type since: what is there now is theirs. */
static void
test_stale_owner(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_true(prepare(mock, DOMAIN_A, VF_REQUEST("type='nvidia-558'"), VF_DEVICE("no"), &error));
    assert_int_equal(mock_vf_write(mock, FILE_1, "0"), 0);
    assert_int_equal(mock_vf_write(mock, FILE_1, "557"), 0);
    release(mock, DOMAIN_A);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 557);
    assert_null(vgpu_record_load(mock->root, MOCK_VF_1, NULL));
}

/* Nobody knows whether a guest has it then, so nothing is forgotten. */
static void
test_driver_that_does_not_tell(void **state)
{
    MockSysfs *mock = *state;
    const char *request = VF_REQUEST("type='nvidia-558'");
    g_autofree char *file = g_build_filename(mock->path, FILE_1, NULL);
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_true(prepare(mock, DOMAIN_A, request, VF_DEVICE("no"), &error));
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkdir(file, 0755), 0);
    assert_true(vgpu_device_exists(mock->root, MOCK_VF_1));
    assert_false(prepare(mock, DOMAIN_B, request, VF_DEVICE("no"), &error));
    g_clear_error(&error);
    release(mock, DOMAIN_A);
    g_autoptr(VgpuRecord) record = vgpu_record_load(mock->root, MOCK_VF_1, NULL);
    assert_non_null(record);
    assert_string_equal(record->domain, DOMAIN_A);
    assert_non_null(strstr(logged->str, "vGPU " MOCK_VF_1 ": kept"));
}

static void
test_domain_refused(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_vf_add(mock, 4);
    assert_false(
        prepare(mock, DOMAIN_A, VF_REQUEST("type='nvidia-558'"), VF_DEVICE("yes"), &error));
    assert_error(&error, VGPU_ERROR_INVALID,
                 MOCK_VF_1 ": the host device of a virtual function "
                           "with a vGPU must say managed='no'");
    assert_false(prepare(mock, DOMAIN_A, VF_REQUEST("type='nvidia-9'"), VF_DEVICE("no"), &error));
    assert_error(&error, VGPU_ERROR_FULL, MOCK_PF ": has no such type");
    /* a PCI device that the metadata does not name is libvirt's alone */
    assert_true(prepare(mock, DOMAIN_A, NULL, VF_DEVICE("yes"), &error));
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 0);
}

/* The metadata names the GPU, so its VFs can be asked for. */
static void
test_domain_before_its_vf(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_vf_add(mock, 0);
    assert_false(prepare(mock, DOMAIN_A, VF_REQUEST("type='nvidia-558' parent='" MOCK_PF "'"),
                         VF_DEVICE("no"), &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "virtual function '" MOCK_VF_1 "'");
    GThread *thread = g_thread_new("late", appear_late, mock);
    assert_true(prepare(mock, DOMAIN_A, VF_REQUEST("framebuffer='3G' parent='" MOCK_PF "'"),
                        VF_DEVICE("no"), &error));
    g_thread_join(thread);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 558);
}

static void
test_restored_at_boot(void **state)
{
    MockSysfs *mock = *state;
    VgpuRestoreCount count;

    mock_vf_add(mock, 0);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_2,
                     "{\"mdev_type\":\"nvidia-557\",\"start\":\"auto\",\"attrs\":"
                     "[{\"nvidia/vgpu_params\":\"frame_rate_limiter=0\"}]}");
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" UUID_A, "no VF");
    GThread *thread = g_thread_new("late", appear_late, mock);
    assert_true(vgpu_restore_run(mock->root, NULL, 3000, NULL, NULL, &count, NULL));
    g_thread_join(thread);
    assert_int_equal(count.started, 1);
    assert_int_equal(count.failed, 0);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_2), 557);
    g_autofree char *params =
        mock_sysfs_read(mock, "sys/bus/pci/devices/" MOCK_VF_2 "/nvidia/vgpu_params");
    assert_string_equal(params, "frame_rate_limiter=0\n");
    assert_true(vgpu_restore_run(mock->root, NULL, 3000, NULL, NULL, &count, NULL));
    assert_int_equal(count.present, 1);
}

/* As when it is bound: no other of its GPU is waited for. */
static void
test_restored_by_its_name(void **state)
{
    MockSysfs *mock = *state;
    const char *const names[] = {MOCK_VF_1, NULL};
    VgpuRestoreCount count;

    mock_vf_add(mock, 2);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_1,
                     "{\"mdev_type\":\"nvidia-557\",\"start\":\"auto\"}");
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_2,
                     "{\"mdev_type\":\"nvidia-557\",\"start\":\"auto\"}");
    assert_true(vgpu_restore_run(mock->root, names, 3000, NULL, NULL, &count, NULL));
    assert_int_equal(count.started, 1);
    assert_int_equal(count.failed, 0);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_1), 557);
    assert_int_equal(mock_vf_type(mock, MOCK_VF_2), 0);
}

/* The driver lists types when its daemon has told it of them. */
static gpointer
tell_types_late(gpointer mock)
{
    g_usleep(300 * 1000);
    mock_vf_refresh_all(mock);
    return NULL;
}

static void
test_types_that_come_late(void **state)
{
    MockSysfs *mock = *state;
    VgpuRestoreCount count;

    mock_vf_add(mock, 2);
    mock_sysfs_write(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/creatable_vgpu_types", "");
    mock_sysfs_write(mock, "sys/bus/pci/devices/" MOCK_VF_2 "/nvidia/creatable_vgpu_types", "");
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_2,
                     "{\"mdev_type\":\"nvidia-557\",\"start\":\"auto\"}");
    assert_true(vgpu_restore_run(mock->root, NULL, 100, NULL, NULL, &count, NULL));
    assert_int_equal(count.failed, 1);
    GThread *thread = g_thread_new("late", tell_types_late, mock);
    assert_true(vgpu_restore_run(mock->root, NULL, 3000, NULL, NULL, &count, NULL));
    g_thread_join(thread);
    assert_int_equal(count.started, 1);
}

/* A VF can't be exchanged for another, so its XML stays as it is. */
static void
test_migrate(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *xml = domain_text(DOMAIN_B, VF_REQUEST("type='nvidia-558'"), VF_DEVICE("no"));
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(xml, strlen(xml), NULL);
    char *result;
    gsize length;

    mock_vf_add(mock, 4);
    assert_true(prepare(mock, DOMAIN_A, VF_REQUEST("type='nvidia-557'"), VF_DEVICE("no"), NULL));
    assert_true(vgpu_migrate_filter(mock->root, domain, xml, strlen(xml), &result, &length, NULL));
    assert_null(result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_parents),
        cmocka_unit_test(test_list_of_types),
        cmocka_unit_test(test_parent_without_vfs),
        cmocka_unit_test(test_made_and_removed),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_lost_race),
        cmocka_unit_test(test_enable),
        cmocka_unit_test(test_enable_refused),
        cmocka_unit_test(test_enable_while_others_do),
        TEST(domain),
        TEST(placement_id),
        TEST(stale_owner),
        TEST(driver_that_does_not_tell),
        TEST(domain_refused),
        TEST(domain_before_its_vf),
        TEST(restored_at_boot),
        TEST(restored_by_its_name),
        TEST(types_that_come_late),
        TEST(migrate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
