/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-capacity.h - how a driver of the mock kernel counts what a GPU has left: its types share
 * one stock, as framebuffer or the ports of a serial card.
 */
#ifndef MOCK_CAPACITY_H
#define MOCK_CAPACITY_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * MockCapacityType:
 * @id: type id
 * @size: what a vGPU of the type takes of the stock
 * @name: (nullable): its name, where only lists of what can be made have one
 */
typedef struct {
    char *id;
    guint size;
    char *name;
} MockCapacityType;

/**
 * MockCapacity:
 * @stock: what the GPU has
 * @one_size: whether all vGPUs of the GPU must have the same size, as NVIDIA's have in the mode
 *   that its drivers start in
 * @types: (element-type MockCapacityType): its types
 * @used: what vGPUs have taken
 * @used_size: size of the last that took something, 0 for none
 */
typedef struct {
    guint stock;
    gboolean one_size;
    GPtrArray *types;
    guint used;
    guint used_size;
} MockCapacity;

/**
 * mock_capacity_load:
 * @mock: a machine
 * @parent: name of a GPU
 *
 * Reads kernel/<parent>/capacity below the machine's folder: "STOCK" or "STOCK one-size" in the
 * first line, then "TYPE SIZE" or "TYPE SIZE NAME" for each type.
 *
 * Returns: (transfer full) (nullable): its capacity, with nothing taken; NULL if each of its types
 * counts for itself.
 */
MockCapacity *mock_capacity_load(MockSysfs *mock, const char *parent);

/**
 * mock_capacity_free:
 * @capacity: (nullable): a capacity
 */
void mock_capacity_free(MockCapacity *capacity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MockCapacity, mock_capacity_free)

/**
 * mock_capacity_take:
 * @capacity: a capacity
 * @type: id of one of its types
 *
 * Counts a vGPU that is there.
 */
void mock_capacity_take(MockCapacity *capacity, const char *type);

/**
 * mock_capacity_take_mdevs:
 * @capacity: a capacity
 * @mock: a machine
 * @parent: the GPU whose capacity it is
 *
 * Counts the mediated devices that are on the GPU.
 */
void mock_capacity_take_mdevs(MockCapacity *capacity, MockSysfs *mock, const char *parent);

/**
 * mock_capacity_left:
 * @capacity: a capacity
 * @type: one of its types
 *
 * Returns: how many more the driver would make.
 */
guint mock_capacity_left(const MockCapacity *capacity, const MockCapacityType *type);

G_END_DECLS

#endif
