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
# not boot is ended; once more if it was the emulator's fault.
machine_boot()
{
    local dir=$1
    machine_try "$dir" || {
        machine_lost_timer "$dir" && echo "The emulator lost a timer; starting it again" >&2 &&
            machine_try "$dir"
    } || {
        printf 'The end of its console:\n' >&2
        machine_console "$dir" | tail -n 40 | sed 's/^/    /' >&2
        die "the machine does not boot"
    }
}

# machine_try DIR: a boot; one that fails is ended.
machine_try()
{
    touch "$1/console.log"
    stat -c %s "$1/console.log" >"$1/booted"
    : >"$1/qemu.log"
    qemu_start "$1"
    machine_wait_ready "$1" && machine_wait_ssh "$1" || {
        machine_cut "$1"
        return 1
    }
}

# machine_console DIR: what its console has said since its last start.
machine_console()
{
    tail -c +$(($(<"$1/booted") + 1)) "$1/console.log"
}

# machine_wait_ready DIR: until the console says so.
machine_wait_ready()
{
    local deadline=$((SECONDS + machine_boot_seconds))
    until machine_console "$1" | grep OPENVGPU-LAB-READY >/dev/null; do
        qemu_pid "$1" >/dev/null && ! machine_lost_timer "$1" && ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# machine_wait_ssh DIR: until it can be reached. On a busy host sshd may take longer for its first
# connection than ssh waits.
machine_wait_ssh()
{
    local deadline=$((SECONDS + machine_boot_seconds))
    until ssh_machine "$1" true </dev/null; do
        qemu_pid "$1" >/dev/null && ((SECONDS < deadline)) || {
            echo "It is up, and ssh gets no answer" >&2
            return 1
        }
        sleep 0.1
    done
}

# machine_lost_timer DIR: whether a kernel waits for a timer that its processor never had.
# Seen of an emulated machine, about once in some hundred boots, more often on a busy host:
# it does nothing more, however long one waits.
machine_lost_timer()
{
    machine_console "$1" | grep 'rcu: .*Possible timer handling issue' >/dev/null
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
