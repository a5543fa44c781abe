# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The kernel's own VFIO tests, built from the newest kernel's source.

# selftests_get VARIABLE: the folder of their programs.
selftests_get()
{
    local build source=var/lib/openvgpu-lab/source/7.3
    root_build build
    cache_make "$1" "Building the kernel's own VFIO tests" selftests \
        "$(cache_key "$(<"$build/$source/version")" "$LAB"/selftests/*)" \
        selftests_make "$build" "/$source/linux.tar.xz"
}

# selftests_make BUILD-ROOT SOURCE DIR
selftests_make()
{
    build_in_root "$1" "ro:$LAB/selftests" "$3" /src/build "$2" /src/ioctl.c
}
