/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registers of the test engine, as a driver of it uses them, see
 * kmod/test-rm/engine.h, and the cases about its memory and its guest's.
 */
#ifndef VFIO_CLIENT_ENGINE_H
#define VFIO_CLIENT_ENGINE_H

#include "device.h"

#include "../../kmod/test-rm/engine.h"

#define ENGINE_PARAMETERS "/sys/module/vgpu_test/parameters/"

/** engine_get: a register; all ones if it can't be read */
uint32_t engine_get(const struct device *dev, uint32_t reg);

/** engine_set: writes a register */
bool engine_set(const struct device *dev, uint32_t reg, uint32_t value);

/** engine_run: runs ENGINE_CMD_* with its arguments; what RESULT says then */
int32_t engine_run(const struct device *dev, uint32_t command, uint64_t iova, uint32_t length,
                   uint32_t buffer);

/** engine_release: ends all stalls of all engines */
bool engine_release(void);

/** file_write: writes a text to a file that is there, as those of sysfs are */
bool file_write(const char *path, const char *text);

/** file_number: the number a file begins with; -1 if it can't be read */
long file_number(const char *path);

/* Cases about memory in files of their own; each gets the engine open and leaves it so. */
void test_rom(const struct device *dev);
void test_edid(const struct device *dev);
void test_sparse(const struct device *dev);
void test_dma(const struct device *dev, const char *uuid);

/** test_dmabuf: of a software vGPU with the parameter display=dmabuf; closes and opens it */
void test_dmabuf(struct device *dev, const char *uuid);

/** test_huge: needs memory that was not touched since open */
void test_huge(const struct device *dev);

/** test_rom_absent: what there is instead, where the back end has no ROM */
void test_rom_absent(const struct device *dev);

/** test_dma_close: what a close leaves of guest memory; opens the engine itself */
void test_dma_close(const char *uuid);

#endif
