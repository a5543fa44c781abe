# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What a lab scenario is written with.
#
# A scenario is an executable bash script tests/lab/NN-name that reads this file
# first. It runs on the host and drives the lab machine named in LAB_VM. Comments in
# its first ten lines tell lab/test about it:
#
#   # Scenario: what it shows, in one line
#   # Long: yes          only with lab/test --long
#   # Kernels: 6.12 san  those it runs on, each as a test of its own; else 6.12
#   # Kernels-long: 6.1  likewise, those only with lab/test --long
#
# It fails at the first thing that is not as it should be. When it ends, in whatever
# way, its domains are destroyed and the machine is put in order; if it had passed,
# it still fails if then a vGPU or a record is left, or if the kernel reported a bug; on
# the sanitizer kernel, also if memory is leaked.

set -euo pipefail
LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../lab" && pwd)
export LAB
. "$LAB/lib/all.sh"

lab_vm=${LAB_VM:-main}
lab_vm_dir=$(machine_running "$lab_vm")
lab_scenario=${0##*/}
lab_cleanups=()
lab_tmp=$(mktemp -d "${TMPDIR:-/tmp}/openvgpu-$lab_scenario.XXXXXX")

# The software GPU, its types, and uuids that are free for a scenario's use.
gpu=0001:00:00.0
gpu_node=pci_0001_00_00_0
# shellcheck disable=SC2034 # for scenarios
{
    type16=vgpu-16m type32=vgpu-32m type64=vgpu-64m
    # Of this scenario's own: libvirt has been seen to keep a removed vGPU of the same
    # name as active for a while.
    uuid1=b1a5c0de-00${lab_scenario:0:2}-4000-8000-000000000001
    uuid2=${uuid1%1}2
    uuid3=${uuid1%1}3
}

# vm COMMAND: a line for the machine's shell. vm PROGRAM ARG…: taken as they are.
# vm alone: standard input is a script for bash, which stops at the first error.
vm()
{
    if (($# == 0)); then
        ssh_machine "$lab_vm_dir" "bash -euo pipefail -s"
    elif (($# == 1)); then
        ssh_machine "$lab_vm_dir" "$1" </dev/null
    else
        ssh_machine "$lab_vm_dir" "${*@Q}" </dev/null
    fi
}

# vm_write PATH: standard input goes to a file of the machine.
vm_write()
{
    ssh_machine "$lab_vm_dir" "cat >${1@Q}"
}

# vm_program PATH: a program of the machine's build, "tests/vfio/vfio-client" say, goes
# to /tmp of the machine.
vm_program()
{
    local kernel
    kernel=$(readlink "$lab_vm_dir/kernel")
    kernel=${kernel##*/kernel-}
    "$LAB/vm" put --name "$lab_vm" "$(build_stage "${kernel%-*}")/../$1" "/tmp/${1##*/}"
}

# vfio_iommufd: whether a vGPU that exists can be had by iommufd; Debian's kernels have
# none, the lab's own has.
vfio_iommufd()
{
    vm 'modprobe -q iommufd && ls /dev/iommu /dev/vfio/devices/vfio*' >/dev/null 2>&1
}

# fail MESSAGE…: ends the scenario, failed.
fail()
{
    printf 'FAILED: %s\n' "$*"
    exit 1
}

# skip REASON…: ends it, skipped.
skip()
{
    printf 'SKIPPED: %s\n' "$*"
    exit 77
}

# check DESCRIPTION CMD…: CMD must succeed. What it printed is in $output.
check()
{
    must "$@"
    printf 'ok: %s\n' "$1"
}

# must DESCRIPTION CMD…: like check, and says nothing if it does.
must()
{
    local description=$1 status=0
    shift
    output=$("$@" 2>&1) || status=$?
    ((status == 0)) || fail "$description: exit status $status of: $* :: $output"
}

# check_fails DESCRIPTION CMD…: CMD must fail. What it printed is in $output.
check_fails()
{
    local description=$1
    shift
    ! output=$("$@" 2>&1) || fail "$description: this should have failed: $* :: $output"
    printf 'ok: %s\n' "$description"
}

# check_is DESCRIPTION EXPECTED CMD…: CMD must succeed and print EXPECTED.
check_is()
{
    local description=$1 expected=$2
    shift 2
    must "$description" "$@"
    [[ $output == "$expected" ]] ||
        fail "$description: \"$output\" instead of \"$expected\" from: $*"
    printf 'ok: %s\n' "$description"
}

# output_has REGEX…: $output must match each of these extended regular expressions.
output_has()
{
    local regex
    for regex in "$@"; do
        grep -qE -- "$regex" <<<"$output" || fail "nothing matches \"$regex\" in: $output"
    done
}

# output_lacks REGEX…: $output must match none.
output_lacks()
{
    local regex
    for regex in "$@"; do
        ! grep -qE -- "$regex" <<<"$output" || fail "something matches \"$regex\" in: $output"
    done
}

# seconds_here SECONDS: so many, or what they are with the sanitizer kernel: four times as many.
seconds_here()
{
    local times=1
    [[ $(readlink "$lab_vm_dir/kernel") != */kernel-san-* ]] || times=4
    echo $(($1 * times))
}

# wait_for SECONDS DESCRIPTION CMD…: until CMD succeeds; fails if it never does.
wait_for()
{
    local deadline=$((SECONDS + $(seconds_here "$1"))) description=$2
    shift 2
    until output=$("$@" 2>&1); do
        ((SECONDS < deadline)) || fail "$description: not in time: $* :: $output"
        sleep 0.3
    done
    printf 'ok: %s\n' "$description"
}

# cleanup LINE: a line for the machine's shell to run when the scenario ends; the
# last one is run first.
cleanup()
{
    lab_cleanups=("$1" "${lab_cleanups[@]}")
}

# vgpus: the uuids of the vGPUs there are, one a line, in order.
vgpus()
{
    vm 'ls /sys/bus/mdev/devices'
}

# vgpu_type UUID: the type id of a vGPU.
vgpu_type()
{
    vm "basename \$(readlink -f /sys/bus/mdev/devices/$1/mdev_type)"
}

# vgpu_attr UUID NAME: an attribute of a vGPU.
vgpu_attr()
{
    vm "cat /sys/bus/mdev/devices/$1/$2"
}

# instances TYPE: how many more of a type the GPU has room for.
instances()
{
    vm "cat /sys/class/mdev_bus/$gpu/mdev_supported_types/$1/available_instances"
}

# records: the uuids the hook has records of, one a line.
records()
{
    vm 'ls /run/openvgpu/vgpus 2>/dev/null | sed s/[.]json$//'
}

# define_domain NAME OPTION…: defines a domain; see domain_xml in lab/lib/domain.sh.
define_domain()
{
    domain_xml "$@" | vm_write "/tmp/$1.xml"
    vm virsh -q define --validate "/tmp/$1.xml"
}

# guest_wait DOMAIN [SECONDS]: until its guest has drawn; prints what it saw.
guest_wait()
{
    vm lab-guest wait "$@"
}

# guest DOMAIN COMMAND: a command in a guest.
guest()
{
    vm lab-guest run "$@"
}

# screenshot DOMAIN FILE: what its display shows, as PNG, in a file of the host.
screenshot()
{
    vm "virsh -q screenshot $1 /tmp/$1.screen >/dev/null
        case \$(head -c 2 /tmp/$1.screen) in
        P6) pnmtopng -quiet /tmp/$1.screen ;;
        *) cat /tmp/$1.screen ;;
        esac" >"$2"
}

# shows_card DOMAIN SIZE[xBITS] [MASK]: whether its display shows the test card, to the pixel.
shows_card()
{
    vm "virsh -q screenshot $1 /tmp/$1.screen >/dev/null
        case \$(head -c 2 /tmp/$1.screen) in
        P6) cat /tmp/$1.screen ;;
        *) pngtopnm -quiet /tmp/$1.screen ;;
        esac | ppmtoppm >/tmp/$1.ppm
        /var/lib/openvgpu-lab/guest/card picture ${*:2} | cmp - /tmp/$1.ppm"
}

# vnc_shows_card DOMAIN SIZE[xBITS] [MASK]: likewise for a client of its VNC server, which
# vm_program has put into the machine from tests/vnc/vnc-frame.
vnc_shows_card()
{
    vm "display=\$(virsh -q vncdisplay $1) && /tmp/vnc-frame \$((5900 + \${display##*:})) >/tmp/$1.ppm &&
        /var/lib/openvgpu-lab/guest/card picture ${*:2} | cmp - /tmp/$1.ppm"
}

# What a kernel says when it finds a bug; the second and third line, on the sanitizer
# kernel.
lab_report='WARNING:|\bBUG\b|Oops|general protection|Call Trace|refcount_t|leaked'
lab_report+='|blocked for more than|scheduling while atomic|sleeping function|detected stalls'
lab_report+='|KASAN:|UBSAN:|ODEBUG:|possible (circular|recursive|irq|deadlock|unsafe)|DEBUG_LOCKS'
lab_report+='|inconsistent.*lock state|[Ii]nvalid wait context|suspicious RCU|bad unlock balance'
lab_report+='|held lock freed|lock held when returning|workqueue lockup'

# Linux 7.3 holds the lock of rescans when sriov_numvfs is written, and not when a driver turns its
# functions off as it is unbound; a kernel that looks at locks says so of every such driver.
# shellcheck disable=SC2016 # awk's
lab_report_not='/WARNING: .* at pci_stop_and_remove_bus_device/ { on = 1; text = "" }
    !on { print; next }
    { text = text $0 "\n" }
    /<\/TASK>/ { if (text !~ /sriov_disable.*pci_device_remove/) printf "%s", text; on = 0 }
    END { if (on) printf "%s", text }'

# kernel_reports: what the kernel had to complain of since the scenario, or the
# machine, began.
kernel_reports()
{
    # A page fault that is tried again after an allocation was made to fail is no leak.
    vm "dmesg | tac | sed '/openvgpu-lab: $lab_scenario begins/q' | tac | awk ${lab_report_not@Q} |
        grep -E ${lab_report@Q} |
        grep -vE 'openvgpu-lab:|VM_FAULT_OOM leaked out' || true"
}

# kernel_leaks: memory that nothing points to, where the kernel looks for it. Twice,
# since a pointer may still stand in a register, and a young object is no leak.
kernel_leaks()
{
    vm <<'END'
leaks=/sys/kernel/debug/kmemleak
[[ -e $leaks ]] || exit 0
echo scan >$leaks
sleep 6
echo scan >$leaks
cat $leaks
echo clear >$leaks
END
}

# vm_reboot [--hard]: power off, or cut, and on again, with the disk kept.
vm_reboot()
{
    local reports
    reports=$(kernel_reports)
    [[ ! $reports ]] || fail "the kernel reported: $reports"
    "$LAB/vm" reboot --name "$lab_vm" "$@" </dev/null
}

# vm_journal [ARG…]: the journal since the scenario, or the machine, began.
vm_journal()
{
    vm "journalctl -q -o cat --no-pager -b --since ${lab_began@Q} ${*@Q}"
}

# lab_reset: the machine as a scenario may expect it. Prints what it had to remove.
lab_reset()
{
    vm <<'END'
for domain in $(virsh list --all --uuid); do
    virsh -q destroy "$domain" 2>/dev/null || true
    virsh -q undefine --managed-save "$domain" 2>/dev/null || true
done
for vgpu in $(ls /sys/bus/mdev/devices 2>/dev/null); do
    echo "vGPU $vgpu was left"
    timeout 10 sh -c 'echo 1 >"/sys/bus/mdev/devices/$1/remove"' sh "$vgpu" || true
done
for function in $(grep -lvx 0 /sys/bus/pci/devices/*/nvidia/current_vgpu_type 2>/dev/null); do
    echo "$function was left"
    echo 0 >"$function" || true
done
for record in $(ls /run/openvgpu/vgpus 2>/dev/null); do
    echo "record $record was left"
    rm -f "/run/openvgpu/vgpus/$record"
done
find /etc/mdevctl.d -mindepth 2 -maxdepth 2 -type f ! -path '*/scripts.d/*' -delete
for module in vgpu_test vgpu_sample; do
    [[ ! -e /sys/module/$module ]] || { echo "$module was left" && rmmod "$module"; }
done
modprobe -a vgpu-vfio vgpu-soft vgpu-simpci
systemctl reset-failed
END
}

# libvirt_renew: a libvirtd that knows what there is now. After a burst of vGPUs that
# came and went it works through their events for a minute, and then holds vGPUs that
# are there for inactive, and some that are gone for active.
libvirt_renew()
{
    vm <<'END'
systemctl restart libvirtd
for ((i = 0; i < 300; i++)); do
    [[ ! $(virsh nodedev-list --cap mdev_types) ]] || exit 0
    sleep 0.1
done
echo 'libvirtd lists no GPU'
exit 1
END
}

# lab_tell: how the machine stands, for whoever reads why a scenario failed.
lab_tell()
{
    vm "timeout 10 virsh -q list --all
        grep -H . /run/openvgpu/vgpus/*.json
        ls -l /sys/bus/mdev/devices /dev/vfio
        journalctl -q -o short-precise --no-pager -b --since ${lab_began@Q} |
            grep -E '50-openvgpu|libvirtd|virtqemud|lab-guest|kernel|systemd-udevd' | tail -n 25" 2>&1 |
        cut -c -400 | sed 's/^/  | /'
}

lab_end()
{
    local status=$? line left reports
    trap - EXIT
    set +e
    ((status == 0 || status == 77)) || lab_tell
    for line in "${lab_cleanups[@]}"; do
        vm "$line" >/dev/null 2>&1
    done
    vm 'for domain in $(virsh list --uuid); do virsh -q destroy "$domain"; done' >/dev/null 2>&1
    rm -rf "$lab_tmp"
    left=$(lab_reset 2>&1) || left+=" (putting the machine in order failed)"
    reports=$(kernel_reports) || reports='the machine does not answer'
    if [[ $left ]]; then
        printf 'left behind: %s\n' "$left"
        ((status)) || status=1
    fi
    reports+=$(kernel_leaks)
    if [[ $reports ]]; then
        printf 'kernel reports: %s\n' "$reports"
        status=1
    fi
    exit "$status"
}

vm "echo 'openvgpu-lab: $lab_scenario begins' >/dev/kmsg"
lab_began=$(vm 'date "+%F %T"')
lab_reset >/dev/null
libvirt_renew >/dev/null
trap lab_end EXIT
