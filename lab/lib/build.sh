# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds things in the build root, the project first of all.

# build_in_root [--linux DIR] ROOT ro:SOURCE|rw:SOURCE BUILD CMD…: runs CMD in ROOT, in
# BUILD, which is /build there; SOURCE is /src and DIR /linux. The mounts are this
# command's own and go with it.
build_in_root()
{
    local linux=''
    if [[ $1 == --linux ]]; then
        linux=$2
        shift 2
    fi
    # shellcheck disable=SC2016 # expanded by the new bash
    unshare --mount --propagation private -- bash -euo pipefail -c '
        linux=$1 root=$2 mode=${3%%:*} source=${3#*:} build=$4
        shift 4
        mount --bind "$root" "$root"
        cd "$root"
        mount --bind "$source" "$root/src"
        mount -o "remount,bind,$mode" "$root/src"
        mount --bind "$build" "$root/build"
        [[ ! $linux ]] || mount --bind "$linux" "$root/linux"
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/tmp"
        mount --rbind /dev "$root/dev"
        mount -o remount,bind,ro "$root"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
            bash -euc "cd /build; exec \"\$@\"" bash "$@"' build_in_root "$linux" "$@"
}

# build_folder KIND: where this tree is built for KIND; made if need be.
build_folder()
{
    local dir
    dir=$lab_cache/trees/$(cache_key "$lab_tree")/$1
    mkdir -p "$dir/src" "$dir/build"
    printf '%s\n' "$lab_tree" >"${dir%/*}/tree"
    printf '%s\n' "$dir"
}

# build_copy DIR: brings DIR/src up to date with the tree. What the tree ignores
# stays as it is: there configure and its like live, and old objects of the tree
# do not get in. A build thus leaves no trace in the tree.
build_copy()
{
    rsync -a --delete --exclude=/.git --filter=':- .gitignore' "$lab_tree/" "$1/src/"
}

# build_lock DIR: one build of a tree at a time; held until the program ends.
build_lock()
{
    local lock
    exec {lock}>"$1.lock"
    flock "$lock"
}

# build_project KERNEL-VERSION: builds the tree for a machine, installed below
# the folder "stage" of what build_stage names.
build_project()
{
    local dir root
    root_build root
    dir=$(build_folder "lab-$1")
    build_lock "$dir"
    build_copy "$dir"
    step "Building the project for kernel $1" build_make "$root" "$dir" "$1"
}

build_stage()
{
    printf '%s/build/stage\n' "$(build_folder "lab-$1")"
}

# build_make BUILD-ROOT DIR KERNEL-VERSION
build_make()
{
    local root=$1 dir=$2 release headers headers_mount
    kernel_headers "$root" "$3"
    # shellcheck disable=SC2016 # expanded by the new bash
    build_in_root "${headers_mount[@]}" "$root" "rw:$dir/src" "$dir/build" bash -euc '
        [[ -x /src/configure ]] || /src/autogen.sh
        arguments=(--prefix=/usr --sysconfdir=/etc --localstatedir=/var --enable-kmod
            --with-linux="$1")
        if [[ ! -f Makefile || $(cat arguments 2>/dev/null) != "${arguments[*]}" ]]; then
            /src/configure "${arguments[@]}"
            echo "${arguments[*]}" >arguments
        fi
        make -j"$(nproc)" all
        rm -rf stage.new
        make install DESTDIR=/build/stage.new
        # For tests; "make install" leaves them out.
        cp kmod/build/sample/vgpu-sample.ko kmod/build/test-rm/vgpu-test.ko \
            "stage.new/lib/modules/$2/updates/openvgpu/"
        rm -rf stage
        mv stage.new stage' bash "$headers" "$release"
}

# build_install MACHINE-DIR KERNEL-VERSION: puts what build_project made into a
# running machine, as "make install" and a reboot would, and loads the modules.
build_install()
{
    local stage
    stage=$(build_stage "$2")
    tar -C "$stage" --owner=0 --group=0 -cf - . |
        ssh_machine "$1" "tar -C / --no-overwrite-dir --keep-directory-symlink -xf -"
    ssh_machine "$1" "set -e
        depmod -a
        systemctl daemon-reload
        udevadm control --reload
        systemctl try-reload-or-restart libvirtd
        printf '%s\n' vgpu-simpci vgpu-soft vgpu-vfio >/etc/modules-load.d/openvgpu-lab.conf
        # So that scenarios may have what they like on the one GPU there is.
        echo 'options vgpu-soft mixed_size=1' >/etc/modprobe.d/openvgpu-lab.conf
        modprobe -a vgpu-vfio vgpu-soft vgpu-simpci
        udevadm settle" </dev/null
}
