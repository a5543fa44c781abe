# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A newer QEMU than the machine's own: the program of Debian's backports, with the
# libraries and the firmware there are; read after harness.sh.

# emulator_put PATH: the newer QEMU as a program of the machine, until the scenario ends.
# Not to be run by check, which would forget the end.
emulator_put()
{
    local qemu fetch=$lab_tree/tests/lab/fetch-packages tree=/opt/qemu-newer
    # Backports move on: looked for once a week.
    cache_make qemu "Fetching the QEMU of trixie-backports" qemu \
        "$(cache_key "$fetch" "$(date +%G-%V)")" \
        "$fetch" trixie-backports '' '' qemu-system-x86 qemu-system-common
    cleanup "rm -rf $tree $1"
    vm mkdir -p "$tree"
    tar -C "$qemu/root/usr" -czf - bin/qemu-system-x86_64 lib/x86_64-linux-gnu/qemu |
        ssh_machine "$lab_vm_dir" "tar -C $tree -xzf -"
    # PATH is what libvirtd may run. A QEMU that comes upon a module of another gives up.
    vm "printf '#!/bin/sh\nexport QEMU_MODULE_DIR=%s\nexec %s \"\$@\"\n' \
            $tree/lib/x86_64-linux-gnu/qemu $tree/bin/qemu-system-x86_64 >$1
        chmod 755 $1"
}
