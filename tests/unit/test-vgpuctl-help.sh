#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vgpuctl(8) and the help of vgpuctl and of each verb name the same verbs and options, both ways.
set -u
# --help has an ellipsis, which would be a question mark in a plain C locale
export LC_ALL=C.UTF-8
program=${top_builddir:-../..}/tools/vgpuctl
# A root for tests lets vgpuctl find its module in the build.
OPENVGPU_ROOT=/nonexistent
OPENVGPU_VGPUCTL_MODULE=${top_builddir:-../..}/tools/libvirt/vgpuctl-libvirt.so
export OPENVGPU_ROOT OPENVGPU_VGPUCTL_MODULE
page=$(sed 's/\\-/-/g; s/\\f[A-Z]//g' "${top_srcdir:-../..}/docs/vgpuctl.8") || exit 1
failed=0

# Options that stand alone on their line, as help and man page define them; text may name others.
options_of() { sed -nE 's/^(\.B[I]? )?[ ]*(-h, )?(--[a-z]+).*/\3/p' | sort -u; }
# section HEADING: the lines of the man page below it
section() {
    printf '%s\n' "$page" | awk -v heading="$1" '
        /^\.S[SH] / { on = (index($0, heading " ") == 1 || $0 == heading); next } on'
}
compare() {
    [ -n "$2$4" ] && [ "$2" = "$3" ] && return
    printf '%s differ.\n--help:\n%s\nman page:\n%s\n' "$1" "$2" "$3" >&2
    failed=1
}

verbs=$("$program" --help | sed -n '/^Verbs:/,$ s/^  \([a-z]*\) .*/\1/p' | sort)
# Configured without libvirt, vgpuctl says which verbs it has not.
missing='^$'
[ -e "$OPENVGPU_VGPUCTL_MODULE" ] || missing=$("$program" --help 2>&1 >/dev/null |
    sed -n 's/^openvgpu: verbs \(.*\) are missing: .*/^(\1)$/p' | sed 's/, /|/g')
compare verbs "$verbs" "$(printf '%s\n' "$page" |
    sed -nE '/^\.SH VERBS/,/^\.SH RESTORING/ s/^\.SS "?([a-z]+).*/\1/p' |
    grep -vE "$missing" | sort)" ''
compare options "$("$program" --help | options_of)" "$(section '.SH OPTIONS' | options_of)" ''
for verb in $verbs; do
    help=$("$program" "$verb" --help) || failed=1
    in_page=$(section ".SS \"$verb"; section ".SS $verb")
    compare "options of $verb" "$(printf '%s\n' "$help" | options_of | grep -v '^--help$')" \
        "$(printf '%s\n' "$in_page" | options_of)" none
    arguments=$(printf '%s\n' "$help" | sed -nE "s/^  vgpuctl $verb \[OPTION…\] ?//p")
    printf '%s\n' "$page" | grep -qxF -e ".SS $verb" -e ".SS \"$verb $arguments\"" || {
        printf 'the man page has no "%s %s"\n' "$verb" "$arguments" >&2
        failed=1
    }
done
exit $failed
