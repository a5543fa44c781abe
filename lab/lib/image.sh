# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk a machine starts from: the runtime root, a kernel's modules, the
# files of lab/image/files, the guest, and a key for the host.

# image_get VARIABLE KERNEL-VERSION: the folder with disk.img, key, known_hosts.
image_get()
{
    local runtime build kernel
    root_runtime runtime
    root_build build
    kernel_get kernel "$2"
    qemu_probe "$runtime" "$kernel"
    cache_make "$1" "Building the disk image for kernel $2" "image-$2" \
        "$(cache_key "$runtime" "$kernel" "$LAB/lib/image.sh" "$LAB/image/kvm-hold.c" \
            "$(image_files_key)")" image_make "$runtime" "$build" "$kernel"
}

# image_files_key: words that change with any file, link or mode below files/.
image_files_key()
{
    (cd "$LAB/image/files" && find . -printf '%p %m %l\n' | sort &&
        find . -type f -print0 | sort -z | xargs -0 cat)
}

# image_make RUNTIME BUILD-ROOT KERNEL DIR
image_make()
{
    local runtime=$1 build=$2 kernel=$3 dir=$4 root=$4/root release timer
    release=$(<"$kernel/release")
    cp -a "$runtime" "$root"
    mkdir -p "$root/usr/lib/modules" "$root/var/lib/openvgpu-lab"
    cp -a "$kernel/modules" "$root/usr/lib/modules/$release"
    depmod -b "$root" "$release"
    cp -a "$kernel/guest" "$root/var/lib/openvgpu-lab/guest"
    cp -a --no-preserve=ownership "$LAB/image/files/." "$root/"
    # They would run beside scenarios. (Such links among the files would get lost in "make dist".)
    for timer in apt-daily apt-daily-upgrade dpkg-db-backup fstrim logrotate; do
        ln -s /dev/null "$root/etc/systemd/system/$timer.timer"
    done
    build_in_root "$build" "ro:$LAB/image" "$dir" \
        gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o lab-kvm-hold /src/kvm-hold.c
    install -D -t "$root/usr/local/sbin" "$dir/lab-kvm-hold"
    rm "$dir/lab-kvm-hold"
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
    # One identity for all machines of this image, and no first-boot work.
    od -An -tx1 -N 16 /dev/urandom | tr -d ' ' >"$root/etc/machine-id"
    image_keys "$root" "$dir"
    # Few scenarios of other kernels want libvirt, whose sockets start it then; on the sanitizer
    # kernel that is half a minute of each boot.
    [[ $release == 6.12.* ]] ||
        rm "$root"/etc/systemd/system/multi-user.target.wants/{libvirt{d,-guests},virt{lock,log}d}.service
    # What systemd does once for a new /usr, dpkg has done.
    touch "$root"/{etc,var}/.updated
    mkfs.ext4 -q -F -L lab -J size=16 -d "$root" "$dir/disk.img" 3G
    rm -r "$root"
    # Once more costs more than it saves where few scenarios run, and those without libvirt.
    [[ $release != 6.12.* ]] || image_season "$dir" "$runtime" "$kernel"
}

# image_season DIR RUNTIME KERNEL: boots it once, so that what services work out
# on their first start (AppArmor's compiled profiles, what libvirt asks QEMU) is
# there already.
image_season()
{
    ln -s "$1" "$1/image"
    ln -s "$2" "$1/runtime"
    ln -s "$3" "$1/kernel"
    echo 2 >"$1/cpus"
    # Who interrupts this must not leave a QEMU behind that no folder tells of.
    # shellcheck disable=SC2064 # the folder of now
    trap "machine_cut ${1@Q}" EXIT
    machine_boot "$1"
    ssh_machine "$1" "virsh -q domcapabilities --virttype qemu && virsh -q domcapabilities &&
        virsh -q nodedev-list" </dev/null >/dev/null
    machine_stop "$1"
    trap - EXIT
    rm -f "$1"/{image,runtime,kernel,cpus,port,pid,booted,console.log,qemu.log}
}

# image_keys ROOT DIR: a key for the host in DIR, the machine's own in ROOT.
image_keys()
{
    rm -f "$1"/etc/ssh/ssh_host_*
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$1/etc/ssh/ssh_host_ed25519_key"
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$2/key"
    install -D -m 600 "$2/key.pub" "$1/root/.ssh/authorized_keys"
    chmod 700 "$1/root/.ssh"
    printf 'lab %s\n' "$(cut -d' ' -f1,2 "$1/etc/ssh/ssh_host_ed25519_key.pub")" \
        >"$2/known_hosts"
}
