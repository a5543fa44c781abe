#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vgpuctl --help and vgpuctl(8) name the same options and verbs, both ways.
set -u
help=$("${top_builddir:-../..}/tools/vgpuctl" --help) || exit 1
page=$(sed 's/\\-/-/g; s/\\f[A-Z]//g' "${top_srcdir:-../..}/docs/vgpuctl.8") || exit 1
failed=0

options_of() { printf '%s\n' "$1" | grep -oE -e '--[a-z]+' | sort -u; }
# "  verb ARGUMENTS   summary" below "Verbs:"; ".BR verb" after ".TP" in the section VERBS
verbs_of_help() { printf '%s\n' "$help" | sed -n '/^Verbs:/,$ s/^  \([a-z]*\) .*/\1/p' | sort; }
verbs_of_page() {
    printf '%s\n' "$page" | sed -n '/^\.SH VERBS/,/^\.SH RESTORING/ {/^\.TP/ {n; s/^\.B[RI]* \([a-z]*\).*/\1/p}}' |
        sort
}
compare() {
    [ -n "$2" ] && [ "$2" = "$3" ] && return
    printf '%s differ.\n--help:\n%s\nman page:\n%s\n' "$1" "$2" "$3" >&2
    failed=1
}

compare options "$(options_of "$help")" \
    "$(options_of "$(printf '%s\n' "$page" | sed '/^\.SH RESTORING/,$ d')")"
compare verbs "$(verbs_of_help)" "$(verbs_of_page)"
exit $failed
