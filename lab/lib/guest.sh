# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The guest that runs in the lab machine: Debian's kernel, busybox, the stock
# display driver, and a program that draws a test card.

# guest_make ALL BUILD-ROOT BUSYBOX DIR: card and initrd; ALL as in kernel.sh.
guest_make()
{
    local all=$1 build=$2 busybox=$3 dir=$4
    mkdir -p "$dir"
    build_in_root "$build" "ro:$LAB/guest" "$dir" \
        gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o card /src/card.c /src/dispi.c
    kernel_initrd "$all" "$busybox" "$LAB/guest/init" "$LAB/guest/modules" "$dir/initrd" \
        "$dir/card"
}
