# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What scenarios of the libvirt hook share; read after harness.sh.

# shellcheck disable=SC2034 # for scenarios
hook=/etc/libvirt/hooks/qemu.d/50-openvgpu

# quick_domain NAME OPTION…: like define_domain, for where the guest does not matter: it
# is not confined, since compiling an AppArmor profile takes seconds.
quick_domain()
{
    domain_xml "$@" | sed "s|^</domain>|<seclabel type='none' model='apparmor'/>&|" |
        vm_write "/tmp/$1.xml"
    vm virsh -q define --validate "/tmp/$1.xml"
}

# quick_start NAME: with the guest's CPU stopped, so that it takes none of ours. Errors
# come in one stream: of two, one may come into the middle of the other's line.
quick_start()
{
    vm "virsh -q start --paused ${1@Q} 2>&1"
}

# hook_deadline SECONDS: how long a call of the hook may take, until the scenario ends.
hook_deadline()
{
    cleanup "rm -f /etc/openvgpu/openvgpu.conf"
    vm mkdir -p /etc/openvgpu
    printf '[hook]\ndeadline = %s\n' "$1" | vm_write /etc/openvgpu/openvgpu.conf
}

# asks ELEMENT…: metadata that holds these elements.
asks()
{
    echo "<vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:1'>$*</vgpu:vgpus>"
}

# one_line: $output must hold one line of ours, no more.
one_line()
{
    local count
    count=$(grep -o 'openvgpu: ' <<<"$output" | wc -l) || true
    ((count == 1)) || fail "$count lines of OpenVGPU instead of one: $output"
}

# what_is_there: vGPUs and records; the records' folder may not be there yet.
what_is_there()
{
    vm 'ls /sys/bus/mdev/devices; echo records:; ls /run/openvgpu/vgpus 2>/dev/null || true'
}

# refused DOMAIN REGEX…: it must not start, and the one line that says why names the
# domain with its uuid and matches each REGEX; nothing has changed.
refused()
{
    local domain=$1 before
    shift
    before=$(what_is_there)
    check_fails "$domain does not start" quick_start "$domain"
    one_line
    output_has "openvgpu: domain \"$domain\" \($(vm virsh -q domuuid "$domain")\): " "$@"
    check_is "nothing was made and nothing taken" "$before" what_is_there
}

# hook_call DOMAIN OPERATION FILE: runs the hook as libvirt does, with the machine's FILE
# on standard input. Prints both outputs, and "exit STATUS".
hook_call()
{
    vm "$hook $1 $2 begin - <$3 2>&1; echo exit \$?"
}

# hook_log: what the hook told the system's log since the scenario began.
hook_log()
{
    vm_journal -t 50-openvgpu
}

# set_vgpu UUID TYPE: makes one by hand.
set_vgpu()
{
    vm "echo $1 >/sys/class/mdev_bus/$gpu/mdev_supported_types/$2/create"
}

# qemu_of DOMAIN: its process.
qemu_of()
{
    vm "cat /run/libvirt/qemu/$1.pid"
}

# hold_locks SECONDS: a process of the machine holds all locks for so long, as one of ours would
# (F_OFD_SETLK, a struct flock for writing, all of the file); its number is in /tmp/locker.
hold_locks()
{
    vm "perl -e 'open(F, \"+>>\", \"/run/openvgpu/locks\"); \$l = pack(\"ssx4qqlx4\", 1); fcntl(F, 37, \$l) || die; sleep $1' \
        >/dev/null 2>&1 & echo \$! >/tmp/locker"
}
