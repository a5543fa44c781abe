/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transcript.h - commands in a shell on a mock machine and what they print, as a person sees it on
 * a terminal: in a file that is both the test and what is expected of it.
 *
 * The file has "$ COMMAND" lines, below each what it prints, and the exit status in brackets if
 * that is not 0; "# " starts a remark. An empty line ends a command's output. With $UPDATE_GOLDEN
 * set the file is written anew with what is printed now.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * transcript_check:
 * @mock: a machine that serves
 * @path: a file
 *
 * Runs the commands one after the other in the machine's folder, and fails the test if one prints
 * anything else. An object of JSON is compared by what it means. Commands are the shell's, and:
 *
 * vgpuctl: the program of the build, on this machine
 * hook OPERATION DOMAIN: the hook of the build, on this machine, with the domain's XML in
 *   etc/libvirt/qemu/ as libvirt would run it
 */
void transcript_check(MockSysfs *mock, const char *path);

G_END_DECLS

#endif
