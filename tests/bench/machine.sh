#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a lab machine: machine.sh FOLDER ARGUMENT…
#
# Loads the sample drivers that are in FOLDER and ours with room for many vGPUs, runs
# FOLDER/vgpu-bench ARGUMENT…, and leaves the machine as it was.

set -euo pipefail
folder=$1
shift

# They look at each device that comes, and would be measured as well. The sockets
# first, or they would start them again.
watchers=(systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udevd.service
    libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service)
active=()

finish()
{
    local vgpu
    set +e
    for vgpu in /sys/bus/mdev/devices/*; do
        [[ ! -e $vgpu ]] || echo 1 >"$vgpu/remove"
    done
    rmmod mtty mdpy mbochs 2>/dev/null
    modprobe -r vgpu-simpci vgpu-soft
    modprobe -a vgpu-soft vgpu-simpci
    ((!${#active[@]})) || systemctl start "${active[@]}"
    udevadm trigger --subsystem-match=pci --action=add
    udevadm settle
}

for unit in "${watchers[@]}"; do
    ! systemctl -q is-active "$unit" || active+=("$unit")
done
trap finish EXIT
((!${#active[@]})) || systemctl -q stop "${active[@]}" 2>/dev/null
modprobe -r vgpu-simpci vgpu-soft
modprobe vgpu-soft framebuffer_mib=20480 mixed_size=0
modprobe vgpu-simpci
insmod "$folder/mtty.ko"
insmod "$folder/mdpy.ko" count=1200
insmod "$folder/mbochs.ko" count=4800
"$folder/vgpu-bench" "$@"
