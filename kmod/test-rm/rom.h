/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The expansion ROM, one for all vGPUs since nobody can write to it.
 */
#ifndef TEST_ROM_H
#define TEST_ROM_H

struct file;

/* Pairs with test_rom_destroy(). Sleeps. Return: 0 or -errno. */
int test_rom_create(void);

void test_rom_destroy(void);

/* ENGINE_ROM_SIZE bytes; the caller takes its own reference if it keeps it. */
struct file *test_rom_file(void);

#endif /* TEST_ROM_H */
