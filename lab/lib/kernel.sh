# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A kernel ready to boot: uncompressed if it can be, with the few modules and the initial
# ramdisk the lab needs. Debian's, by their first numbers; and "san", Debian's source
# of the newest with the configuration of lab/kernel, which finds bugs.

lab_kernels_stock='6.1 6.12 7.3'
lab_kernels="$lab_kernels_stock san"

# kernel_check VERSION: dies unless a machine can run it.
kernel_check()
{
    [[ " $lab_kernels " == *" $1 "* ]] ||
        die_usage "no lab machine runs kernel \"$1\"; there is: $lab_kernels"
}

# kernel_get VARIABLE VERSION: the folder of a kernel: release, vmlinux, initrd,
# modules/ (the tree below /lib/modules/RELEASE) and guest/.
kernel_get()
{
    local build runtime from stock=''
    root_build build
    root_runtime runtime
    kernel_from from "$build" "$2"
    if [[ $2 == san ]]; then
        kernel_get kernel_stock 7.3
        stock=$kernel_stock
    fi
    cache_make "$1" "Preparing kernel $2" "kernel-$2" \
        "$(cache_key "$build" "$runtime" "$from" "$stock" "$LAB"/image/{modules,modules.initrd,init} \
            "$LAB"/guest/* "$LAB"/lib/{kernel,guest}.sh)" \
        kernel_make "$from" "$build" "$runtime" "$stock"
}

# kernel_from VARIABLE BUILD-ROOT VERSION: the folder that has a kernel's release,
# image and modules as its packages have them.
kernel_from()
{
    if [[ $3 == san ]]; then
        kernel_san "$1" "$2"
    else
        printf -v "$1" '%s' "$2/var/lib/openvgpu-lab/kernels/$3"
    fi
}

# kernel_san VARIABLE BUILD-ROOT: likewise for the kernel built here, with the folder
# headers/ to build modules with. The build root changes more often than what this
# kernel depends on.
kernel_san()
{
    local source=var/lib/openvgpu-lab/source/7.3 compiler
    compiler=$(sed -n '/^Package: gcc-[0-9]*$/,/^$/s/^Version: //p' "$2/var/lib/dpkg/status")
    cache_make "$1" "Building the sanitizer kernel (10 minutes on 2 processors)" san \
        "$(cache_key "$(<"$2/$source/version")" "$compiler" "$LAB"/kernel/*)" \
        kernel_san_make "$2" "/$source/linux.tar.xz"
}

# kernel_san_make BUILD-ROOT SOURCE DIR
kernel_san_make()
{
    build_in_root "$1" "ro:$LAB/kernel" "$3" nice -n 19 /src/build "$2" /src/{machine,vfio,san}.config
}

# kernel_headers BUILD-ROOT VERSION: sets release to a kernel's name, headers to the
# folder in the build root that modules for it are built with, and the array
# headers_mount to what build_in_root must be told for that.
kernel_headers()
{
    local from
    kernel_from from "$1" "$2"
    release=$(<"$from/release")
    headers=/lib/modules/$release/build
    headers_mount=()
    [[ $2 != san ]] || headers=/linux headers_mount=(--linux "$from/headers")
}

# kernel_make FROM BUILD-ROOT RUNTIME-ROOT GUEST DIR: GUEST is a kernel's folder whose
# guest is taken, or empty for one with this kernel.
kernel_make()
{
    local from=$1 busybox=$3/usr/bin/busybox dir=$5 release tree
    release=$(<"$from/release")
    for tree in "$from/usr/lib/modules" "$from/lib/modules"; do
        [[ ! -d $tree/$release/kernel ]] || break
    done
    cp "$from/release" "$dir/"
    if [[ $release == *-san ]]; then
        # QEMU starts an ELF by its PVH entry, whose C code (arch/x86/platform/pvh) KASAN
        # checks before there is a shadow to look into. So this one stays packed.
        cp "$(kernel_image "$from" "$release")" "$dir/vmlinux"
    else
        kernel_unpack "$(kernel_image "$from" "$release")" "$dir/vmlinux"
    fi

    # depmod knows every dependency, direct or not, once it has seen all modules.
    mkdir -p "$dir/all/lib/modules"
    cp -al "$tree/$release" "$dir/all/lib/modules/"
    ln -s "lib/modules/$release" "$dir/all/tree"
    depmod -b "$dir/all" "$release"

    kernel_modules "$dir/all" "$dir/modules" "$LAB/image/modules"
    cp "$tree/$release"/modules.{builtin,builtin.modinfo,order} "$dir/modules/"
    kernel_initrd "$dir/all" "$busybox" "$LAB/image/init" "$LAB/image/modules.initrd" \
        "$dir/initrd"
    if [[ $4 ]]; then
        cp -al "$4/guest" "$dir/guest"
    else
        guest_make "$dir/all" "$2" "$busybox" "$dir/guest"
        ln "$dir/vmlinux" "$dir/guest/vmlinux"
    fi
    rm -r "$dir/all"
}

kernel_image()
{
    local image
    for image in "$1/boot/vmlinuz-$2" "$1/usr/lib/modules/$2/vmlinuz"; do
        [[ ! -f $image ]] || {
            printf '%s\n' "$image"
            return
        }
    done
    die "no kernel image in $1"
}

# kernel_unpack BZIMAGE VMLINUX: takes the ELF out. The boot protocol's header
# (Documentation/arch/x86/boot.rst) says where: setup_sects at 0x1f1,
# payload_offset at 0x248 and payload_length at 0x24c; the payload's last four
# bytes are the length of the ELF.
kernel_unpack()
{
    local setup offset length
    setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
    read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$1")
    offset=$((offset + (setup + 1) * 512))
    tail -c +$((offset + 1)) "$1" | head -c $((length - 4)) >"$2.packed" || true
    case $(od -An -tx1 -N 4 "$2.packed" | tr -d ' ') in
    fd377a58) xz -dc --single-stream <"$2.packed" >"$2" ;;
    28b52ffd) zstd -dcq <"$2.packed" >"$2" ;;
    1f8b*) gzip -dc <"$2.packed" >"$2" ;;
    *) die "cannot tell how $1 is packed" ;;
    esac
    rm "$2.packed"
    [[ $(head -c 4 "$2" | od -An -tx1) == ' 7f 45 4c 46' ]] || die "no ELF in $1"
}

# kernel_module_files ALL LIST…: the files of the modules named in LIST and of
# all they need, each after what it needs. A module may be built in; one whose name
# ends in "?" may be missing.
kernel_module_files()
{
    local all=$1
    shift
    package_list "$@" | awk '
        FILENAME ~ /builtin$/ {
            sub(/.*\//, ""); sub(/\.ko$/, ""); gsub(/-/, "_")
            builtin[$0]
            next
        }
        FILENAME != "-" {
            name = file = substr($1, 1, length($1) - 1)
            sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
            $1 = file; line[name] = $0
            next
        }
        { optional = sub(/\?$/, "") }
        !($1 in line) && (optional || $1 in builtin) { next }
        !($1 in line) { print "there is no module " $1 > "/dev/stderr"; bad = 1; next }
        {
            n = split(line[$1], files, " ")
            for (i = n; i >= 2; i--) if (!seen[files[i]]++) print files[i]
            if (!seen[files[1]]++) print files[1]
        }
        END { exit bad }' "$all/tree/modules.builtin" "$all/tree/modules.dep" -
}

# kernel_modules ALL DIR LIST…: copies them, unpacked, with their folders.
kernel_modules()
{
    local all=$1 dir=$2 file
    shift 2
    kernel_module_files "$all" "$@" >"$all/files"
    while read -r file; do
        mkdir -p "$dir/${file%/*}"
        kernel_module_unpack "$all/tree/$file" "$dir/${file%.xz}"
    done <"$all/files"
}

kernel_module_unpack()
{
    case $1 in
    *.xz) xz -dc "$1" >"$2" ;;
    *) cp "$1" "$2" ;;
    esac
}

# kernel_initrd ALL BUSYBOX INIT MODULES OUTPUT [PROGRAM…]: an initial ramdisk
# with INIT, busybox, the modules, a list of them in order, and programs.
kernel_initrd()
{
    local all=$1 busybox=$2 init=$3 list=$4 output=$5 file name
    local dir=$5.d
    shift 5
    mkdir -p "$dir"/{bin,dev,proc,sys,root,modules}
    cp "$busybox" "$dir/bin/busybox"
    ln -s busybox "$dir/bin/sh"
    install -m 755 "$init" "$dir/init"
    ((!$#)) || cp "$@" "$dir/bin/"
    : >"$dir/modules/load"
    kernel_module_files "$all" "$list" >"$all/files"
    while read -r file; do
        name=${file##*/}
        name=${name%.xz}
        kernel_module_unpack "$all/tree/$file" "$dir/modules/$name"
        printf '%s\n' "$name" >>"$dir/modules/load"
    done <"$all/files"
    (cd "$dir" && find . | "$busybox" cpio -o -H newc) >"$output" 2>/dev/null
    rm -r "$dir"
}
