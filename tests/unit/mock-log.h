/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-log.h - a fixture for cmocka: a mock machine with one GPU, and what the library
 * logs meanwhile.
 */
#ifndef MOCK_LOG_H
#define MOCK_LOG_H

#include <glib.h>

/** logged: the lines logged since mock_log_setup(), each with a newline */
extern GString *logged;

/** mock_log_setup: makes *@state a MockSysfs with the GPU GPU_1, and starts to collect */
int mock_log_setup(void **state);

/** mock_log_teardown: undoes mock_log_setup() */
int mock_log_teardown(void **state);

#endif
