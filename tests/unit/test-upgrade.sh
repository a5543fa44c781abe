#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An upgrade by "make install" puts the new hook, hook.so and callouts in their places by a rename:
# at no moment is one missing or half written, whoever runs it then.
set -u
build=$(cd "${top_builddir:-../..}" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

fail() {
    echo "$*" >&2
    exit 1
}

# Neither the first installation nor what is around it matters, so in these folders only.
install_into() {
    for folder in libvirt-hook mdevctl-callout; do
        "$@" make -s -C "$build/$folder" install DESTDIR="$dir/root" || return
    done
}

strace -o /dev/null true 2>/dev/null || {
    echo "strace is not installed, or may not trace here"
    exit 77
}
install_into >"$dir/said" 2>&1 || fail "make install: $(cat "$dir/said")"
install_into strace -f -A -o "$dir/calls" -e trace=file >"$dir/said" 2>&1 ||
    fail "make install over it: $(cat "$dir/said")"

count=0
find "$dir/root" -type f >"$dir/files"
while read -r file; do
    count=$((count + 1))
    # the calls that worked and name it as their last path; it stands whole between quotes
    grep -F "\"$file\"" "$dir/calls" | grep -v ' = -1 ' >"$dir/its"
    grep -qE 'rename(at2?)?\(' "$dir/its" || fail "$file is not renamed into its place"
    grep -E 'unlink(at)?\(|O_TRUNC|O_CREAT|link(at)?\(' "$dir/its" &&
        fail "$file is removed, or written where it is"
done <"$dir/files"
[ $count -eq 5 ] || fail "not 5 files but $count: $(cat "$dir/files")"
