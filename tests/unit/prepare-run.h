/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-run.h - domains that start on a mock machine, and what is there then.
 */
#ifndef PREPARE_RUN_H
#define PREPARE_RUN_H

#include "mock-sysfs.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * PREPARE_LONG_MS:
 *
 * Time for a call that is to end before it is up.
 */
#define PREPARE_LONG_MS 10000

/**
 * PREPARE_TEST:
 * @name: a test whose state is a #MockSysfs with the GPUs %GPU_1 and %GPU_2, without its "test_"
 *
 * Its line in the list of tests.
 */
#define PREPARE_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(test_##name, prepare_setup, prepare_teardown)

/**
 * DEFINITION:
 * @start: "auto" or "manual"
 * @attrs: members of "attrs", or ""
 *
 * What mdevctl keeps of a vGPU of type vgpu-16m.
 */
#define DEFINITION(start, attrs)                                                                   \
    "{\"mdev_type\": \"vgpu-16m\", \"start\": \"" start "\", \"attrs\": [" attrs "]}"

/**
 * REQUEST_ATTR:
 * @uuid: of a vGPU
 * @value: of its attribute vgpu/params
 *
 * A request for a vGPU of type vgpu-16m with that attribute.
 */
#define REQUEST_ATTR(uuid, value)                                                                  \
    "<vgpu:vgpu uuid='" uuid "' type='vgpu-16m'><vgpu:attr name='vgpu/params' value='" value       \
    "'/></vgpu:vgpu>"

/** prepare_setup: makes *@state a #MockSysfs and keeps what is logged */
int prepare_setup(void **state);

/** prepare_teardown: undoes prepare_setup() */
int prepare_teardown(void **state);

/**
 * prepare_said:
 *
 * Returns: (nullable): the last line that was logged in this test.
 */
const char *prepare_said(void);

/**
 * prepare_within:
 * @mock: a machine
 * @milliseconds: time for it
 * @domain: uuid of the domain that starts
 * @requests: (nullable): the vgpu elements of its metadata
 * @hostdevs: its hostdev elements
 * @error: return location
 *
 * Returns: FALSE with @error set if it can't start.
 */
gboolean prepare_within(MockSysfs *mock, guint milliseconds, const char *domain,
                        const char *requests, const char *hostdevs, GError **error);

/** prepare: likewise in %PREPARE_LONG_MS, and it must start */
void prepare(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs);

/**
 * refuse:
 * @mock: a machine
 * @domain: as for prepare_within()
 * @requests: as for prepare_within()
 * @hostdevs: as for prepare_within()
 * @code: a #VgpuError
 * @words: what its message says among others
 *
 * That it can't start, and why.
 */
void refuse(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs,
            int code, const char *words);

/** put_record: writes a record of @uuid, of type vgpu-16m on %GPU_1, for @domain */
void put_record(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state);

/** check_record: that there is one of @uuid for @domain in @state; none if @domain is NULL */
void check_record(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state);

/** check_vgpu: that there is a vGPU of that type on that GPU */
void check_vgpu(MockSysfs *mock, const char *uuid, const char *parent, const char *type);

/** check_nothing: that there is neither a vGPU of that uuid nor a record */
void check_nothing(MockSysfs *mock, const char *uuid);

G_END_DECLS

#endif
