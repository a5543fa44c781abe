#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vgpuctl-doctor(8) describes the checks that vgpuctl doctor has, in their order, and no other.
set -u
top=${top_srcdir:-../..}

in_page=$(sed 's/\\-/-/g' "$top/docs/vgpuctl/vgpuctl-doctor.8" | awk '
    /^\.SH / { on = $0 == ".SH CHECKS"; next }
    on && tag && $1 == ".B" { print $2 }
    { tag = $0 == ".TP" }') || exit 99
# the areas in the order in which they are run, and the names in each one's table
in_code=$(sed -n '/areas\[\] = {/,/};/ s/[^a-z_]*\([a-z_]*_checks\)[^a-z_]*/\1\n/gp' \
    "$top/tools/vgpuctl-doctor.c" | grep _checks | while read -r table; do
    sed -n "/^\(static \)\{0,1\}const DoctorCheck $table\[\]/,/^};/ s/^    {\"\([a-z-]*\)\".*/\1/p" \
        "$top"/tools/doctor-*.c "$top/tools/vgpuctl-doctor.c"
done)

[ -n "$in_code" ] && [ "$in_page" = "$in_code" ] && exit 0
printf 'the checks differ.\nprogram:\n%s\nman page:\n%s\n' "$in_code" "$in_page" >&2
exit 1
