/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to go wrong: the module's parameters, as operations ask for them.
 */
#ifndef TEST_FAULTS_H
#define TEST_FAULTS_H

#include <linux/types.h>

#define TEST_MAX_TYPES	3

/* Errors that operations return, 0 or -errno. */
int test_fault_create(void);
int test_fault_delete(void);
int test_fault_start(void);
int test_fault_bar_info(void);
int test_fault_reset(void);

/* Milliseconds until a start is answered, -1 for never. */
int test_fault_start_delay(void);

/* Whether these are to be impossible. */
bool test_fault_identity(void);
bool test_fault_bars(void);
bool test_fault_areas(void);

/* What the next vGPU looks like. */
bool test_fault_pcie(void);
u16 test_fault_msix_vectors(void);

/* How many types there are, 1 to TEST_MAX_TYPES. */
unsigned int test_fault_types(void);

#endif /* TEST_FAULTS_H */
