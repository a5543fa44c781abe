# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds things in the build root, the project first of all.

# build_in_root ROOT SOURCE BUILD CMD…: runs CMD in ROOT with SOURCE, read-only,
# as /src and BUILD as /build. The mounts are this command's own and go with it.
build_in_root()
{
    # shellcheck disable=SC2016 # expanded by the new bash
    unshare --mount --propagation private -- bash -euo pipefail -c '
        root=$1 source=$2 build=$3
        shift 3
        mount --bind "$root" "$root"
        cd "$root"
        mount --bind "$source" "$root/src"
        mount -o remount,bind,ro "$root/src"
        mount --bind "$build" "$root/build"
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/tmp"
        mount --rbind /dev "$root/dev"
        mount -o remount,bind,ro "$root"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
            bash -euc "cd /build; exec \"\$@\"" bash "$@"' build_in_root "$@"
}
