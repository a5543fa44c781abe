/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps an empty KVM machine open for as long as the lab machine runs.
 *
 * The first KVM machine of a host patches the scheduler's code (the static key
 * of preempt notifiers) and the last one patches it back. Under QEMU's
 * multi-threaded emulation that now and then crashes the kernel. With this it
 * happens once, early in the boot, and not with every guest.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm < 0 || ioctl(kvm, KVM_CREATE_VM, 0) < 0) {
        fprintf(stderr, "kvm-hold: no KVM machine: %s\n", strerror(errno));
        return 1;
    }
    if (daemon(0, 0)) {
        fprintf(stderr, "kvm-hold: cannot go to the background: %s\n", strerror(errno));
        return 1;
    }
    for (;;)
        pause();
}
