/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-tree.h - a mock machine out of one file that a person can read,
 * tests/data/hosts/<host>.tree.
 *
 * Each line is a folder, a link or a file; what stands below a folder is indented by two spaces:
 *
 *   # a remark
 *   sys/class/mdev_bus/
 *     mtty -> ../../devices/virtual/mtty/mtty
 *   sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/
 *     create
 *     name = Single port serial
 *     assign_adapter (w)
 *     notes
 *       | a file of
 *       | two lines
 *
 * A link to a path that begins with "/" goes below the machine's folder; "(r)" and "(w)" mark files
 * that can only be read or written, where that makes a difference. What the mock kernel is to
 * do with the machine is in its folder kernel/, see mock-sysfs.h.
 */
#ifndef MOCK_TREE_H
#define MOCK_TREE_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * mock_tree_load:
 * @mock: a machine
 * @path: a file
 *
 * Adds to the machine what the file says.
 */
void mock_tree_load(MockSysfs *mock, const char *path);

G_END_DECLS

#endif
