# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A machine: a folder with its disk, its console log and what it was made from.

lab_machines=$lab_cache/machines

# How long a boot may take: the sanitizer kernel's, emulated on a busy host.
machine_boot_seconds=900

# machine_dir NAME: its folder, whether it exists or not.
machine_dir()
{
    [[ $1 =~ ^[a-z0-9][a-z0-9-]{0,31}$ ]] ||
        die_usage "a machine's name is up to 32 of a-z, 0-9 and -, not \"$1\""
    printf '%s/%s\n' "$lab_machines" "$1"
}

# machine_running NAME: its folder; dies unless it runs.
machine_running()
{
    local dir
    dir=$(machine_dir "$1")
    qemu_pid "$dir" >/dev/null || die "machine \"$1\" does not run; start it with lab/vm up"
    printf '%s\n' "$dir"
}

# machine_make DIR KERNEL-VERSION: a stopped machine with a clean disk.
machine_make()
{
    local dir=$1 image kernel runtime
    image_get image "$2"
    kernel_get kernel "$2"
    root_runtime runtime
    mkdir -p "$dir"
    ln -sfn "$image" "$dir/image"
    ln -sfn "$kernel" "$dir/kernel"
    ln -sfn "$runtime" "$dir/runtime"
    cp --sparse=always --reflink=auto "$image/disk.img" "$dir/disk.img"
}

# machine_boot DIR: starts QEMU on its disk and waits until it can be used. One that does
# not boot is ended.
machine_boot()
{
    local dir=$1 seen
    touch "$dir/console.log"
    seen=$(stat -c %s "$dir/console.log")
    : >"$dir/qemu.log"
    qemu_start "$dir"
    machine_wait_ready "$dir" "$seen" || {
        printf 'The end of its console:\n' >&2
        tail -c +$((seen + 1)) "$dir/console.log" | tail -n 40 | sed 's/^/    /' >&2
        machine_cut "$dir"
        die "the machine does not boot"
    }
    ssh_machine "$dir" true </dev/null
}

# machine_wait_ready DIR OFFSET: until the console says so, after OFFSET bytes.
machine_wait_ready()
{
    local deadline=$((SECONDS + machine_boot_seconds))
    until tail -c +$(($2 + 1)) "$1/console.log" | grep -q OPENVGPU-LAB-READY; do
        qemu_pid "$1" >/dev/null && ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# machine_stop DIR: shuts it down as its administrator would; the disk stays.
machine_stop()
{
    ssh_machine "$1" systemctl poweroff </dev/null || true
    qemu_wait_end "$1" 90 || {
        echo "it does not power off; cutting its power" >&2
        qemu_kill "$1"
    }
    ssh_forget "$1"
}

# machine_cut DIR: a power cut; the disk stays.
machine_cut()
{
    qemu_kill "$1"
    ssh_forget "$1"
}

# machine_lock DIR: one at a time may start or stop it; held until the program ends.
machine_lock()
{
    local lock
    mkdir -p "$1"
    exec {lock}>"$1.lock"
    flock -w 300 "$lock" || die "another program has been starting this machine for 5 minutes"
}
