#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a lab machine: machine.sh FOLDER ROUNDS LEVELS SETTLE-LEVELS
#
# Measures with FOLDER/vgpu-bench-user what our programs cost: with one GPU; with 32 that
# have room for LEVELS; and, with 8, how long libvirt takes to know of SETTLE-LEVELS. Leaves the
# machine as it was, and the samples in FOLDER/run-*.json.

set -euo pipefail
folder=$1 rounds=$2 levels=$3 settle=$4

# They look at each device that comes, and would be measured as well. The sockets
# first, or they would start them again.
watchers=(systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udevd.service
    libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service)
active=()

# load GPUS MIB: the modules anew, with so many GPUs and so much memory each.
load()
{
    modprobe -r vgpu-simpci vgpu-soft
    modprobe vgpu-soft framebuffer_mib="$2" mixed_size=0
    modprobe vgpu-simpci gpus="$1"
}

watch()
{
    ((!${#active[@]})) || systemctl -q "$1" "${active[@]}" 2>/dev/null
}

finish()
{
    local vgpu kind scripts
    set +e
    for vgpu in /sys/bus/mdev/devices/*; do
        [[ ! -e $vgpu ]] || echo 1 >"$vgpu/remove"
    done
    rm -f /etc/mdevctl.d/*/b1a5c0de-0071-* /run/openvgpu/vgpus/b1a5c0de-0071-*
    rmdir /etc/mdevctl.d/*:* 2>/dev/null
    for scripts in /usr/lib/mdevctl/scripts.d /etc/mdevctl.d/scripts.d; do
        for kind in callouts notifiers; do
            [[ ! -e $scripts/openvgpu-$kind-away ]] ||
                mv "$scripts/openvgpu-$kind-away" "$scripts/$kind/50-openvgpu"
        done
    done
    load 1 256
    watch start
    udevadm trigger --subsystem-match=pci --action=add
    udevadm settle
}

# measure NAME ROUNDS LEVELS WORD…
measure()
{
    local name=$1 rounds=$2 levels=$3 word
    shift 3
    for word in "$@"; do
        "$folder/vgpu-bench-user" -n "$rounds" -l "$levels" -m "$word" -o "$folder/run-$name-$word.json"
    done
}

# Fewer rounds where one takes long.
rounds_at()
{
    local part=1
    (($1 <= 50)) || part=3
    (($1 <= 500)) || part=6
    echo $(((rounds + part - 1) / part))
}

for unit in "${watchers[@]}"; do
    ! systemctl -q is-active "$unit" || active+=("$unit")
done
trap finish EXIT
rm -f "$folder"/run-*.json
watch stop
load 1 256
measure one "$rounds" 0 prepare ordinary
load 32 512
for level in ${levels//,/ }; do
    measure "many-$level" "$(rounds_at "$level")" "$level" restore list prepare
done
[[ $settle ]] || exit 0
load 8 512
watch start
udevadm settle
until [[ $(virsh -q nodedev-list --cap mdev_types | wc -l) == 8 ]]; do
    sleep 1
done
sleep 5
for level in ${settle//,/ }; do
    measure "settle-$level" $(((rounds + 9) / 10)) "$level" settles
done
