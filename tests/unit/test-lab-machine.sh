#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the lab does with machines that do not boot, and how it finds out about KVM, with
# something else in QEMU's place.
set -uo pipefail
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
here=$(mktemp -d) || exit 99
trap 'kill $(cat "$here"/*/pid 2>/dev/null) 2>/dev/null; rm -rf "$here"' EXIT
export top here LAB=$here/lab XDG_CACHE_HOME=$here/cache TMPDIR=$here

# Steps run in a new bash, which reads the library anew: ours, which puts these functions in
# the place of some of its own.
mkdir -p "$LAB/lib" "$here/cache/openvgpu" "$here/machine"
cat >"$LAB/lib/all.sh" <<'END'
LAB=$top/lab
. "$LAB/lib/all.sh"
LAB=$here/lab
machine_boot_seconds=1
qemu_kvm_device=$here/kvm
qemu_kvm_seconds=1
# As many times as "deaf" has lines nobody answers.
ssh_machine()
{
    [[ -s $here/deaf ]] || return 0
    sed -i 1d "$here/deaf"
    return 255
}
qemu_command() { . "$here/qemu"; }
qemu_kvm_host() { cat "$here/host"; }
# A process that qemu_pid takes for a machine's.
qemu_start()
{
    echo start >>"$here/starts"
    cat "$here/console" >>"$1/console.log"
    [[ ! -e $here/console.next ]] || mv "$here/console.next" "$here/console"
    bash -c 'exec -a "file=$0/disk.img," sleep 60' "$1" </dev/null >/dev/null 2>&1 &
    echo $! >"$1/pid"
    until qemu_pid "$1" >/dev/null; do sleep 0.05; done
    [[ ! -e $here/ends ]] || { sleep 0.3; kill $!; wait $!; } 2>/dev/null || true
}
END
. "$LAB/lib/all.sh"

fail()
{
    printf '%s\n%s\n' "$*" "$said" >&2
    exit 1
}

# says REGEX…: each matches a line of $said.
says()
{
    local regex
    for regex in "$@"; do
        grep -qE "$regex" <<<"$said" || fail "nothing is \"$regex\":"
    done
}

# no_qemu MACHINE-DIR: its process has ended.
no_qemu()
{
    qemu_wait_end "$1" 5 && ! kill -0 "$(cat "$1/pid")" 2>/dev/null || fail "QEMU is left:"
}

# A machine that boots.
echo OPENVGPU-LAB-READY >"$here/console"
said=$(step Starting machine_boot "$here/machine" 2>&1) || fail "it boots, and this fails:"
says '^Starting: [0-9.]+ s$'
qemu_pid "$here/machine" >/dev/null || fail "QEMU does not run:"
qemu_kill "$here/machine"

# One whose sshd is slow to answer, and one whose sshd never does.
echo once >"$here/deaf"
said=$(step Starting machine_boot "$here/machine" 2>&1) || fail "ssh works in the end, and this fails:"
qemu_kill "$here/machine"
seq 1000 >"$here/deaf"
said=$(step Starting machine_boot "$here/machine" 2>&1) && fail "ssh never works, and this does not fail:"
says 'ssh gets no answer$' '^        OPENVGPU-LAB-READY$' 'the machine does not boot$'
no_qemu "$here/machine"
rm "$here/deaf"

# One that says much and ends: the last forty lines of this boot, with what they are.
seq -f 'line %g' 60 >"$here/console"
touch "$here/ends"
said=$(step Starting machine_boot "$here/machine" 2>&1) && fail "it ends, and this does not fail:"
says '^Starting: failed' '^    The end of its console:$' '^        line 21$' '^        line 60$' \
    'the machine does not boot$'
! grep -qE 'line 20$|READY' <<<"$said" || fail "more is shown than was asked for:"

# One that says little and stays: its process is ended.
echo 'Kernel panic' >"$here/console"
rm "$here/ends"
said=$(step Starting machine_boot "$here/machine" 2>&1) && fail "it stays, and this does not fail:"
says '^        Kernel panic$' 'the machine does not boot$'
! grep -q 'line 60' <<<"$said" || fail "another boot's console is shown:"
no_qemu "$here/machine"

# One that waits for a timer is started once more, and no more than once.
timer=$'[ 26.1] rcu: \tPossible timer handling issue on cpu=1 timer-softirq=1310\n'
printf %s "$timer" >"$here/console"
echo OPENVGPU-LAB-READY >"$here/console.next"
said=$(step Starting machine_boot "$here/machine" 2>&1) || fail "the second time it boots, and this fails:"
qemu_kill "$here/machine"
printf %s "$timer" >"$here/console"
: >"$here/starts"
said=$(step Starting machine_boot "$here/machine" 2>&1) && fail "it never boots, and this does not fail:"
says 'The emulator lost a timer' 'the machine does not boot$'
[[ $(wc -l <"$here/starts") == 2 ]] || fail "it was started $(wc -l <"$here/starts") times:"
no_qemu "$here/machine"

# An image whose making is interrupted while its machine runs.
mkdir "$here/image"
echo 'Booting' >"$here/console"
said=''
bash -euo pipefail -c '. "$LAB/lib/all.sh"; machine_boot_seconds=60; image_season "$@"' \
    lab "$here/image" runtime kernel >"$here/log" 2>&1 &
for ((i = 0; i < 300; i++)); do
    ! qemu_pid "$here/image" >/dev/null || break
    sleep 0.1
done
kill -TERM $!
wait $!
said=$(cat "$here/log")
((i < 300)) || fail "the image's machine was not started:"
no_qemu "$here/image"

# What runs a kernel here, asked once.
# probe ANSWER: what it is asked, and what is used then.
probe()
{
    said=$(qemu_probe runtime kernel 2>&1) || fail "the probe fails:"
    [[ $(cat "$here/asked" 2>/dev/null | wc -l) == "$1" ]] || fail "asked so often: $(cat "$here/asked")"
    local accel=()
    qemu_accel
    [[ ${accel[*]} == *"$2"* ]] || fail "\"${accel[*]}\" and not $2:"
}
# shellcheck disable=SC2016 # expanded when it runs
answer='echo asked >>"$here/asked"; qemu=(bash -c "echo OPENVGPU-LAB-PROBED")'
echo "$answer" >"$here/qemu"
echo 'boot-1 6.12' >"$here/host"
probe 0 tcg # there is no such device
touch "$here/kvm"
probe 1 accel=kvm
says '^Trying whether KVM boots'
probe 1 accel=kvm
[[ ! $said ]] || fail "the second time something is said:"

# Another boot is another host. KVM that hangs does not work, nor does one that gives up.
echo "${answer/echo OPENVGPU-LAB-PROBED/sleep 60}" >"$here/qemu"
echo 'boot-2 6.12' >"$here/host"
since=$SECONDS
probe 2 tcg
says 'It does not: machines run by emulation'
((SECONDS - since < 10)) || fail "that took $((SECONDS - since)) s:"
probe 2 tcg
[[ ! $said ]] || fail "the second time something is said:"
echo "${answer/OPENVGPU-LAB-PROBED/Kernel panic}" >"$here/qemu"
echo 'boot-2 7.3' >"$here/host"
probe 3 tcg
exit 0
