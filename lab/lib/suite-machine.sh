# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The tests that are scenarios: a machine for them, and what is made of one that ends.

# The lane's machine, see suite_lane_vm.
suite_vm=''

# suite_up_kernel is the kernel of the machine that is up; suite_up_lost[KERNEL] is set
# if one did not come up.
suite_up_kernel=''
declare -A suite_up_lost

suite_up_done()
{
    [[ $suite_up_kernel ]]
}

# suite_up KERNEL: one machine for all scenarios of a kernel; again if the last one
# lost it.
suite_up()
{
    local dir
    dir=$(machine_dir "$suite_vm")
    if [[ $suite_up_kernel == "$1" ]] && qemu_pid "$dir" >/dev/null; then
        return
    fi
    [[ ! ${suite_up_lost[$1]-} ]] || return 1
    suite_up_lost[$1]=yes
    suite_up_kernel=''
    LAB_PROGRESS_SECONDS=$progress_seconds "$LAB/vm" up --name "$suite_vm" --kernel "$1" </dev/null || return 1
    unset "suite_up_lost[$1]"
    suite_up_kernel=$1
}

# suite_scenario_kernel NAME: the kernel that a scenario's name says, or the usual one.
suite_scenario_kernel()
{
    case $1 in
    *@*) printf '%s\n' "${1#*@}" ;;
    *) echo 6.12 ;;
    esac
}

# suite_scenario NAME
suite_scenario()
{
    if ! suite_up "$(suite_scenario_kernel "$1")"; then
        suite_result FAIL "$1" "" "no lab machine"
        return
    fi
    suite_one "$1" suite_scenario_run "$1"
}

# suite_scenario_run NAME: once; again on a new machine if the emulator died under it
# (seen with nested KVM under multi-threaded emulation), or if it left a guest in a loop
# (see stands_still in lab-guest), or if the kernel fell and we had no part in it. A kernel that
# hangs counts, unless it waits for a timer of the emulator's.
suite_scenario_run()
{
    local status=0 dir
    dir=$(machine_dir "$suite_vm")
    suite_scenario_once "$1" || status=$?
    ((status != 0 && status != 77)) || return "$status"
    if ssh_machine "$dir" true; then
        suite_guest_hung "$1" || return "$status"
        echo "The emulator ended a guest's work, and not we; once more."
        suite_scenario_once "$1"
        return
    fi
    # its connections end before it does
    if ! qemu_wait_end "$dir" 20; then
        machine_cut "$dir"
        if ! machine_lost_timer "$dir"; then
            echo "The lab machine does not answer; the next scenario gets a new one."
            suite_last_words "$dir"
            return "$status"
        fi
        echo "The lab machine does not answer: it waits for a timer."
    fi
    suite_kernel_reason "$dir"
    echo "The lab machine has ended. Its last words:"
    suite_last_words "$dir"
    ! suite_fell_by_us "$dir" || return "$status"
    echo "The emulator ended it, or the kernel fell with nothing of ours in its trace; once more" \
        "on a new machine."
    suite_up "$(suite_scenario_kernel "$1")" && suite_scenario_once "$1"
}

# suite_guest_hung NAME: whether a guest stopped answering, in the emulator's loop.
suite_guest_hung()
{
    grep -qE 'hangs in the emulator at [0-9a-f]+$' "$(suite_logs)/$1.log"
}

# suite_last_words MACHINE-DIR: of the emulator, of its processors, on the console.
suite_last_words()
{
    cat "$1/qemu.log"
    grep -s 'Triple fault' "$1/cpu.log" || true
    machine_console "$1" | tail -n 40
    echo
}

# suite_scenario_once NAME: the sanitizer kernel is some three times slower. Of the long ones,
# 66-killed-libvirtd comes to three quarters of its points in 45 minutes beside such a machine.
suite_scenario_once()
{
    local limit=900
    [[ $1 != *@san ]] || limit=2700
    [[ ! $suite_long ]] || limit=5400
    LAB_VM=$suite_vm LAB_LONG=$suite_long \
        timeout -k 30 "$limit" "$lab_tree/tests/lab/${1%@*}"
}

# suite_kernel_reason MACHINE-DIR: why its kernel ended, if it said so.
suite_kernel_reason()
{
    { machine_console "$1" | tail -n 200 | tr -d '\r' && echo; } |
        sed -n 's/.*\(\(Kernel panic\|Oops\|BUG\|RIP\)\b.*\)/kernel reports: \1/p' | tail -n 3
}

# suite_fell_by_us MACHINE-DIR: whether its kernel was shut down, or fell, since its last start,
# with a module in its trace that is ours or calls us. Under multi-threaded emulation a kernel
# that runs nested KVM falls by itself now and then: there, QEMU delivers interrupts between VMRUN
# and STGI, where a processor takes none (AMD64 manual 2, 15.17). What we do to memory of others
# the sanitizer kernel tells, with our names.
suite_fell_by_us()
{
    machine_console "$1" | tail -n 200 |
        grep -E 'Power down|\[(vgpu_[a-z]+|vfio[a-z0-9_]*|mdev)[] ]' >/dev/null
}
