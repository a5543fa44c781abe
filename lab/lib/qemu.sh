# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# QEMU, run out of the runtime root: the host's own version and apt sources do
# not matter.

# What is tried before it is believed, and for how long.
qemu_kvm_device=/dev/kvm
qemu_kvm_seconds=20

# qemu_command RUNTIME: sets the array qemu to the program and where its parts are.
qemu_command()
{
    local libraries=$1/usr/lib/x86_64-linux-gnu
    qemu=(env QEMU_MODULE_DIR="$libraries/qemu" "$1/lib64/ld-linux-x86-64.so.2"
        --library-path "$libraries" "$1/usr/bin/qemu-system-x86_64"
        -L "$1/usr/share/qemu" -L "$1/usr/share/seabios"
        -nodefaults -no-user-config -display none)
}

# qemu_accel: sets the array accel to what runs a kernel here.
qemu_accel()
{
    if [[ -w $qemu_kvm_device && $(qemu_kvm_answer) == yes ]]; then
        accel=(-machine "q35,accel=kvm" -cpu host)
    else
        accel=(-machine q35 -accel "tcg,thread=multi,tb-size=1024" -cpu max)
    fi
}

# qemu_probe RUNTIME KERNEL: finds out whether KVM really boots a kernel here. A
# device that opens proves nothing, so it is tried, once per boot of this host.
qemu_probe()
{
    [[ -w $qemu_kvm_device ]] || return 0
    [[ $(qemu_kvm_answer) ]] && return
    step "Trying whether KVM boots a kernel here" qemu_kvm_ask "$1" "$2"
    [[ $(qemu_kvm_answer) == yes ]] || echo "It does not: machines run by emulation" >&2
}

qemu_kvm_ask()
{
    local answer=no
    ! qemu_kvm_boots "$1" "$2" || answer=yes
    echo "$(qemu_kvm_host) $answer" >"$lab_cache/kvm"
}

# qemu_kvm_host: what an answer holds for.
qemu_kvm_host()
{
    echo "$(</proc/sys/kernel/random/boot_id) $(uname -r)"
}

# qemu_kvm_answer: "yes", "no", or nothing while it has not been tried.
qemu_kvm_answer()
{
    local host
    host=$(qemu_kvm_host)
    sed -n "s/^$host //p" "$lab_cache/kvm" 2>/dev/null || true
}

qemu_kvm_boots()
{
    local qemu
    qemu_command "$1"
    timeout -k 1 "$qemu_kvm_seconds" "${qemu[@]}" -machine q35,accel=kvm -cpu host -m 512 -no-reboot \
        -kernel "$2/vmlinux" -initrd "$2/initrd" -serial stdio \
        -append 'console=ttyS0 quiet panic=-1 openvgpu.probe' | grep -q OPENVGPU-LAB-PROBED
}

# qemu_start MACHINE-DIR: starts it in the background, and writes down its port.
qemu_start()
{
    local dir=$1 qemu accel kernel runtime tries port
    kernel=$(readlink "$dir/kernel")
    runtime=$(readlink "$dir/runtime")
    qemu_command "$runtime"
    qemu_accel
    for ((tries = 0; tries < 20; tries++)); do
        port=$((20000 + RANDOM % 12000))
        rm -f "$dir/pid"
        if alone "${qemu[@]}" "${accel[@]}" -name "openvgpu-lab-${dir##*/}" -smp "$(<"$dir/cpus")" -m 4096 \
            -kernel "$kernel/vmlinux" -initrd "$kernel/initrd" -no-reboot \
            -append "$(qemu_kernel_arguments)" \
            -drive "file=$dir/disk.img,format=raw,if=none,id=disk,cache=writeback" \
            -device virtio-blk-pci,drive=disk \
            -netdev "user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:$port-:22" \
            -device virtio-net-pci,netdev=net,romfile= \
            -chardev "file,id=console,path=$dir/console.log,append=on" -serial chardev:console \
            -d cpu_reset -D "$dir/cpu.log" \
            -pidfile "$dir/pid" -daemonize >>"$dir/qemu.log" 2>&1; then
            echo "$port" >"$dir/port"
            return
        fi
        grep -q 'host forwarding' "$dir/qemu.log" || break
    done
    sed 's/^/    /' "$dir/qemu.log" >&2
    die "QEMU does not start"
}

# An emulated machine on a busy host is slow, and the sanitizer kernel more so: systemd
# and udev wait longer than they would, and there are no terminals for udev to see that
# nobody uses.
qemu_kernel_arguments()
{
    echo "console=ttyS0 quiet loglevel=4 net.ifnames=0 mitigations=off tsc=reliable" \
        "no_timer_check nokaslr panic=-1 systemd.show_status=false" \
        "systemd.default_device_timeout_sec=900 systemd.default_timeout_start_sec=900" \
        "udev.event_timeout=900 pty.legacy_count=0 8250.nr_uarts=1"
}

# qemu_pid MACHINE-DIR: the process of a machine, if it runs; fails if not.
qemu_pid()
{
    local pid
    [[ -s $1/pid ]] || return 1
    pid=$(<"$1/pid")
    grep -qsF "file=$1/disk.img," "/proc/$pid/cmdline" || return 1
    printf '%s\n' "$pid"
}

# qemu_wait_end MACHINE-DIR SECONDS: waits until it is gone; fails if it stays.
qemu_wait_end()
{
    local deadline=$((SECONDS + $2))
    while qemu_pid "$1" >/dev/null; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# qemu_kill MACHINE-DIR: a power cut.
qemu_kill()
{
    local pid
    pid=$(qemu_pid "$1") || return 0
    kill -KILL "$pid"
    qemu_wait_end "$1" 10 || die "process $pid does not end"
}
