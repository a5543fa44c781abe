#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vgpuctl(8), the page of each verb, and what --help shows name the same verbs, options and
# arguments, both ways, and say the same of each verb.
set -u
# --help has an ellipsis, which would be a question mark in a plain C locale
export LC_ALL=C.UTF-8
program=${top_builddir:-../..}/tools/vgpuctl
# A root for tests lets vgpuctl find its module in the build.
OPENVGPU_ROOT=/nonexistent
OPENVGPU_VGPUCTL_MODULE=${top_builddir:-../..}/tools/libvirt/vgpuctl-libvirt.so
export OPENVGPU_ROOT OPENVGPU_VGPUCTL_MODULE
docs=${top_srcdir:-../..}/docs
failed=0

# The options that help lists, and those that a man page explains; text may name others.
options_of() { sed -nE 's/^ +(-h, )?(--[a-z]+(-[a-z]+)*).*/\2/p' | sort -u; }
tags_of() {
    awk 'tag && /^\.BI? --/ { print $2 } { tag = /^\.T[PQ]$/ }' | sort -u
}
# section PAGE HEADING: the lines of a man page below it
section() {
    sed 's/\\-/-/g; s/\\f[A-Z]//g' "$docs/$1.8" | awk -v heading=".SH $2" '
        /^\.SH / { on = $0 == heading; next } on'
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
compare verbs "$verbs" "$(section vgpuctl VERBS |
    sed -nE 's/^\.BR vgpuctl-([a-z]+) \(8\)$/\1/p' | grep -vE "$missing" | sort)" ''
compare pages "$verbs" "$(cd "$docs/vgpuctl" && printf '%s\n' vgpuctl-*.8 |
    sed 's/^vgpuctl-//; s/\.8$//' | grep -vE "$missing" | sort)" ''
compare options "$("$program" --help | options_of)" "$(section vgpuctl OPTIONS | tags_of)" ''
for verb in $verbs; do
    help=$("$program" "$verb" --help) || failed=1
    page=vgpuctl/vgpuctl-$verb
    compare "options of $verb" "$(printf '%s\n' "$help" | options_of | grep -v '^--help$')" \
        "$(section "$page" OPTIONS | tags_of)" none
    compare "arguments of $verb" \
        "$(printf '%s\n' "$help" | sed -nE "s/^  vgpuctl $verb \[OPTION…\] ?//p" | tr -d ' ')" \
        "$(section "$page" SYNOPSIS | grep -v 'OPTION' | sed -nE 's/^\.R?I //p' | tr -d ' ')" none
    summary=$(printf '%s\n' "$help" | sed -n 4p)
    compare "what $verb does" "$summary" "$(section "$page" NAME | sed -n '1 s/^.* - //p')" ''
    compare "what vgpuctl(8) says of $verb" "$summary" "$(section vgpuctl VERBS |
        sed -n "/^\.BR vgpuctl-$verb (8)\$/ { n; s/\.\$//; s/^./\l&/; p }")" ''
done
exit $failed
