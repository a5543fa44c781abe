# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the scenarios with random and failing operations share: a machine with a GPU of
# the software RM and one of the test RM. Read after harness.sh.

engine_type=vgpu-test-engine

# engine_up: a second GPU, driven by vgpu-test. Both have room for vGPUs then. Not by
# check, in whose subshell the clean-up would be lost.
engine_up()
{
    cleanup "rmmod vgpu_test; rmmod vgpu_simpci; modprobe vgpu-simpci; udevadm settle"
    vm <<'END'
rmmod vgpu_simpci
modprobe vgpu-simpci gpus=2
udevadm settle
device=$(ls -d /sys/bus/pci/drivers/vgpu/[0-9a-f]*:* | sort | tail -n 1)
echo vgpu-test >"$device/driver_override"
echo "${device##*/}" >/sys/bus/pci/drivers/vgpu/unbind
modprobe vgpu-test
[[ -e /sys/bus/pci/drivers/vgpu-test/${device##*/} ]] ||
    echo "${device##*/}" >/sys/bus/pci/drivers_probe
udevadm settle
ls /sys/bus/pci/drivers/vgpu-test/*:*/mdev_supported_types
END
}

# vgpu_create TYPE UUID: on whichever GPU has the type.
vgpu_create()
{
    vm "echo $2 >\"\$(ls -d /sys/class/mdev_bus/*/mdev_supported_types/$1 | head -n 1)/create\""
}

# vgpu_remove UUID: it must not be in use.
vgpu_remove()
{
    vm "timeout 20 sh -c 'echo 1 >/sys/bus/mdev/devices/$1/remove'"
}

# fuzz COUNT THREADS ARG…: random operations; what it says of seed and speed is shown.
fuzz()
{
    local count=$1 threads=$2
    shift 2
    check "$count random operations by $threads threads end as they should" \
        vm "/tmp/vfio-fuzz --seed $seed --operations $count --threads $threads $*"
    printf '%s\n' "$output"
    output_has "^seed $seed, $count operations, .*: 0 unexpected\$"
}
