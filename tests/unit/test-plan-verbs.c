/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-plan-verbs.c - vgpuctl's plan and gc, in this process, against libvirt's test driver.
 */
#include "virt-host.h"
#include "mock-log.h"
#include "program.h"
#include "unit.h"

#include "record.h"

#include <dlfcn.h>
#include <errno.h>
#include <json-c/json.h>

#define GPU "0001:00:00.0"
#define HOSTDEV(uuid)                                                                              \
    "<hostdev mode='subsystem' type='mdev' model='vfio-pci' managed='yes'><source><address "       \
    "uuid='" uuid "'/></source></hostdev>"
#define ASKS(vgpus) "<v:vgpus xmlns:v='urn:openvgpu:domain:1'>" vgpus "</v:vgpus>"
#define TITLES      "VGPU\tACTION\tGPU\tTYPE\tWHY\n"

static void
define(Host *host, const char *metadata, const char *devices)
{
    virDomainFree(
        host_define(host, "asking", "d0d0d0d0-0000-4000-8000-00000000000c", metadata, devices));
}

static void
put_record(Host *host, const char *id, const char *domain, gboolean there)
{
    VgpuRecord record = {VGPU_RECORD_READY, VGPU_RECORD_METADATA, (char *)domain,    (char *)"vm",
                         (char *)id,        (char *)GPU,          (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(host->mock->root, &record, NULL));
    if (there)
        assert_int_equal(mock_sysfs_add_mdev(host->mock, GPU, "vgpu-16m", id), 0);
}

static void
test_plan(void **state)
{
    Host *host = *state;

    define(host, ASKS("<v:vgpu uuid='" UUID_A "' type='vgpu-16m' placement='compact'/>"),
           HOSTDEV(UUID_A) HOSTDEV(UUID_B));
    host_done(host, "plan asking",
              TITLES UUID_A "\tmake\t" GPU
                            "\tvgpu-16m\tthe metadata asks for it; placement 'compact'\n" UUID_B
                            "\tleave\t-\t-\tneither metadata nor a definition say what it is");
    host_assert_counts(host, 0, 0);
    host_done(host, "plan desk", g_strchomp((char[]){TITLES}));
}

static void
test_plan_that_fails(void **state)
{
    Host *host = *state;
    GError *error = NULL;

    define(host, ASKS("<v:vgpu uuid='" UUID_A "' type='vgpu-1t'/>"), HOSTDEV(UUID_A));
    assert_null(host_run(host, "plan asking --json", &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "domain \"asking\" would not start");
    json_object *json = json_tokener_parse(host->printed);
    json_object *list = json_object_object_get(json, "plan");
    json_object *step = json_object_array_get_idx(list, 0);
    json_object *domain = json_object_object_get(json, "domain");
    assert_string_equal(json_object_get_string(json_object_object_get(domain, "name")), "asking");
    assert_string_equal(json_object_get_string(json_object_object_get(domain, "uuid")),
                        "d0d0d0d0-0000-4000-8000-00000000000c");
    assert_false(json_object_get_boolean(json_object_object_get(json, "starts")));
    assert_string_equal(json_object_get_string(json_object_object_get(step, "action")), "refuse");
    assert_non_null(strstr(json_object_get_string(json_object_object_get(step, "why")),
                           "type 'vgpu-1t' can't be had"));
    json_object_put(json);
}

static void
test_plan_of_a_file(void **state)
{
    Host *host = *state;
    g_autofree char *path = g_build_filename(host->mock->path, "asking.xml", NULL);
    g_autofree char *line = g_strdup_printf("plan --xml %s", path);
    g_autofree char *both = g_strdup_printf("plan desk --xml %s", path);

    mock_sysfs_write(host->mock, "asking.xml",
                     "<domain><name>x</name><uuid>" HOST_OTHER "</uuid><metadata>" ASKS(
                         "<v:vgpu uuid='" UUID_A "' type='vgpu-64m' parent='" GPU
                         "'/>") "</metadata><devices>" HOSTDEV(UUID_A) "</devices></domain>");
    host_done(host, line, TITLES UUID_A "\tmake\t" GPU "\tvgpu-64m\tthe metadata asks for it");
    host_refused(host, both, VGPU_ERROR_USAGE, "either a domain or --xml");
    host_refused(host, "plan", VGPU_ERROR_USAGE, "either a domain or --xml");
    mock_sysfs_write(host->mock, "asking.xml", "<domain>");
    host_refused(host, line, VGPU_ERROR_INVALID, "not well-formed");
}

/* Libvirt's test driver comes with a domain that runs, "test". */
static void
test_plan_of_a_domain_that_runs(void **state)
{
    host_refused(*state, "plan test", VGPU_ERROR_BUSY, "domain \"test\" runs");
    host_refused(*state, "plan none", VGPU_ERROR_NOT_FOUND,
                 "; 'virsh list --all' shows which there are");
}

static void
test_gc(void **state)
{
    Host *host = *state;
    virDomain *runs = virDomainLookupByName(host->libvirt, "test");
    char uuid[VIR_UUID_STRING_BUFLEN];

    assert_int_equal(virDomainGetUUIDString(runs, uuid), 0);
    virDomainFree(runs);
    put_record(host, UUID_A, HOST_DOMAIN, TRUE);                             /* is off */
    put_record(host, UUID_B, uuid, TRUE);                                    /* runs */
    put_record(host, UUID_C, "d0d0d0d0-0000-4000-8000-0000000000ff", FALSE); /* is undefined */
    host_done(host, "gc --dry-run",
              "VGPU\tGPU\tTYPE\tDOMAIN\tRESULT\tWHY\n" UUID_A "\t" GPU
              "\tvgpu-16m\tvm\twould go\tits domain is off\n" UUID_B "\t" GPU
              "\tvgpu-16m\tvm\tkept\tits domain runs\n" UUID_C "\t" GPU
              "\tvgpu-16m\tvm\twould go\tits domain is off");
    host_assert_counts(host, 2, 3);
    host_done(host, "gc",
              "VGPU\tGPU\tTYPE\tDOMAIN\tRESULT\tWHY\n" UUID_A "\t" GPU
              "\tvgpu-16m\tvm\tremoved\tits domain is off\n" UUID_B "\t" GPU
              "\tvgpu-16m\tvm\tkept\tits domain runs\n" UUID_C "\t" GPU
              "\tvgpu-16m\tvm\tremoved\tits domain is off");
    host_assert_counts(host, 1, 1);
    assert_true(mock_sysfs_has_mdev(host->mock, UUID_B));
}

/* It was attached elsewhere when its domain stopped, which runs again without it. */
static void
test_gc_of_what_was_released(void **state)
{
    Host *host = *state;
    virDomain *runs = virDomainLookupByName(host->libvirt, "test");
    char uuid[VIR_UUID_STRING_BUFLEN];
    VgpuRecord record = {VGPU_RECORD_RELEASED, VGPU_RECORD_METADATA, uuid,
                         (char *)"vm",         (char *)UUID_A,       (char *)GPU,
                         (char *)"vgpu-16m"};

    assert_int_equal(virDomainGetUUIDString(runs, uuid), 0);
    virDomainFree(runs);
    assert_true(vgpu_record_save(host->mock->root, &record, NULL));
    assert_int_equal(mock_sysfs_add_mdev(host->mock, GPU, "vgpu-16m", UUID_A), 0);
    mock_sysfs_hold(host->mock, UUID_A, 77);
    g_free(host_run(host, "gc", NULL));
    host_assert_counts(host, 1, 1);
    mock_sysfs_let_go(host->mock, 77);
    host_done(host, "gc",
              "VGPU\tGPU\tTYPE\tDOMAIN\tRESULT\tWHY\n" UUID_A "\t" GPU
              "\tvgpu-16m\tvm\tremoved\tits domain has released it");
    host_assert_counts(host, 0, 0);
}

static void
test_gc_leaves_what_is_open_or_of_others(void **state)
{
    Host *host = *state;

    put_record(host, UUID_A, HOST_DOMAIN, TRUE);
    mock_sysfs_hold(host->mock, UUID_A, 77);
    assert_int_equal(mock_sysfs_add_mdev(host->mock, GPU, "vgpu-32m", UUID_B), 0);
    mock_sysfs_define(host->mock, GPU, UUID_C, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    assert_int_equal(mock_sysfs_add_mdev(host->mock, GPU, "vgpu-16m", UUID_C), 0);
    g_autofree char *output = host_run(host, "gc --json", NULL);
    json_object *json = json_tokener_parse(output);
    json_object *list = json_object_object_get(json, "vgpus");
    static const char *const reasons[] = {"is in use by process 77", "others made it",
                                          "somebody has started"};

    assert_int_equal(json_object_array_length(list), 3);
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        json_object *row = json_object_array_get_idx(list, i);
        assert_string_equal(json_object_get_string(json_object_object_get(row, "result")), "kept");
        assert_non_null(
            strstr(json_object_get_string(json_object_object_get(row, "why")), reasons[i]));
    }
    json_object *domain = json_object_object_get(json_object_array_get_idx(list, 0), "domain");
    assert_string_equal(json_object_get_string(json_object_object_get(domain, "uuid")),
                        HOST_DOMAIN);
    assert_string_equal(json_object_get_string(json_object_object_get(domain, "name")), "vm");
    assert_null(json_object_object_get(json_object_array_get_idx(list, 1), "domain"));
    json_object_put(json);
    host_assert_counts(host, 3, 1);
}

/* libvirt tells of domains while it is above 0. */
static int answers = G_MAXINT;

int
virDomainIsActive(virDomainPtr domain)
{
    int (*real)(virDomainPtr);

    *(void **)&real = dlsym(RTLD_NEXT, "virDomainIsActive");
    if (answers-- > 0)
        return real(domain);
    /* as it fails: something must be said */
    assert_null(virDomainLookupByName(virDomainGetConnect(domain), "no such thing"));
    return -1;
}

static void
test_gc_that_can_not_ask(void **state)
{
    Host *host = *state;
    GError *error = NULL;

    put_record(host, UUID_A, HOST_DOMAIN, TRUE);
    put_record(host, UUID_B, HOST_OTHER, TRUE);
    for (int first = 0; first < 2; first++) {
        answers = first;
        assert_null(host_run(host, "gc", &error));
        answers = G_MAXINT;
        assert_error(&error, VGPU_ERROR_FAILED, "nothing was removed: ");
        host_assert_counts(host, 2, 2);
    }
}

static void
test_gc_that_fails(void **state)
{
    Host *host = *state;
    GError *error = NULL;

    put_record(host, UUID_A, HOST_DOMAIN, TRUE);
    assert_int_equal(mock_sysfs_add_mdev(host->mock, GPU, "vgpu-32m", UUID_B), 0);
    mock_sysfs_write(host->mock, "run/openvgpu/vgpus/" UUID_B ".json", "{");
    mock_sysfs_fail(host->mock, "remove", EIO);
    assert_null(host_run(host, "gc", &error));
    assert_error(&error, VGPU_ERROR_FAILED, "1 could not be removed");
    assert_non_null(strstr(host->printed, UUID_A "\t" GPU "\tvgpu-16m\tvm\tkept\tcannot remove"));
    assert_non_null(strstr(host->printed, UUID_B "\t" GPU "\tvgpu-32m\t-\tkept\trecord '"));
    host_assert_counts(host, 2, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(plan),
        HOST_TEST(plan_that_fails),
        HOST_TEST(plan_of_a_file),
        HOST_TEST(plan_of_a_domain_that_runs),
        HOST_TEST(gc),
        HOST_TEST(gc_of_what_was_released),
        HOST_TEST(gc_leaves_what_is_open_or_of_others),
        HOST_TEST(gc_that_fails),
        HOST_TEST(gc_that_can_not_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
