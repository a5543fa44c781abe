#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What KubeVirt's device manager does to a node, read from its source of August 2026 and written
# anew. The files named are those of pkg/virt-handler/device-manager there, but for
# cmd/virt-chroot/mdev-handler.go. A node's kubelet, and what is asked of the API, is not here.

set -euo pipefail
devices=/sys/bus/mdev/devices
parents=/sys/class/mdev_bus
pci=/sys/bus/pci/devices

usage()
{
    cat <<'END_OF_USAGE'
Usage: kubevirt-devices.sh configure [TYPE…]   only vGPUs of these types, and all there can be
       kubevirt-devices.sh mdevs NAME…         DEVICE UUID PARENT NUMA NAME of those permitted
       kubevirt-devices.sh pci VENDOR:DEVICE…  DEVICE ADDRESS DRIVER NUMA, likewise
       kubevirt-devices.sh allocate mdev|pci RESOURCE DEVICE…
                                               what a container gets: a variable, and files
END_OF_USAGE
}

# resource_name FILE: mediated_devices_types.go, mediated_device.go: blanks become "_".
resource_name()
{
    local name
    name=$(<"$1/name") 2>/dev/null || name=$(basename "$(readlink "$1")")
    name=${name//$'\n'/}
    printf '%s\n' "${name// /_}"
}

# wanted NAME NAME…: whether the first is among the others.
wanted()
{
    local name=$1 other
    shift
    for other; do
        [[ $other != "$name" ]] || return 0
    done
    return 1
}

# write VALUE FILE: mdev-handler.go: a file may take five seconds to appear; no newline.
write()
{
    local tries
    for ((tries = 0; tries < 5; tries++)); do
        [[ ! -e $2 ]] || break
        sleep 1
    done
    printf '%s' "$1" >"$2"
}

# parent UUID: mediated_devices_types.go, common.go: the last folder but one of the link.
parent()
{
    basename "$(dirname "$(readlink "$devices/$1")")"
}

# remove_others TYPE…: mediated_devices_types.go: each that is desired neither by its type's
# name nor by its id.
remove_others()
{
    local device
    for device in "$devices"/*; do
        [[ -e $device ]] || continue
        wanted "$(resource_name "$device/mdev_type")" "$@" ||
            wanted "$(basename "$(readlink "$device/mdev_type")")" "$@" ||
            write 1 "$device/remove"
    done
}

# configure TYPE…: mediated_devices_types.go: a parent that has a vGPU is left alone; each of
# the others gets one type, in turns, and of that as many as it says are available.
configure()
{
    local type gpu id count taken progress=yes
    local -A configured=() lists=()
    remove_others "$@"
    for type in "$devices"/*; do
        [[ ! -e $type ]] || configured[$(parent "$(basename "$type")")]=yes
    done
    for type in "$parents"/*/mdev_supported_types/*; do
        gpu=${type%/mdev_supported_types/*}
        gpu=${gpu##*/}
        id=${type##*/}
        [[ ! ${configured[$gpu]-} ]] || continue
        ! wanted "$(resource_name "$type")" "$@" && ! wanted "$id" "$@" || lists[$id]+=" $gpu"
    done
    while [[ $progress ]]; do
        progress=''
        for id in "${!lists[@]}"; do
            taken=''
            for gpu in ${lists[$id]}; do
                [[ ! $taken && ! ${configured[$gpu]-} ]] || continue
                taken=yes progress=yes configured[$gpu]=yes
                type=$parents/$gpu/mdev_supported_types/$id
                for ((count = $(head -n 1 "$type/available_instances"); count > 0; count--)); do
                    write "$(</proc/sys/kernel/random/uuid)" "$type/create"
                done
            done
        done
    done
}

# mdevs NAME…: mediated_device.go: links only; the device's id is that of its IOMMU group.
mdevs()
{
    local device uuid name gpu
    for device in "$devices"/*; do
        [[ -L $device ]] || continue
        uuid=${device##*/}
        name=$(resource_name "$device/mdev_type")
        wanted "$name" "$@" || continue
        gpu=$(parent "$uuid")
        printf '%s %s %s %s %s\n' "$(basename "$(readlink "$device/iommu_group")")" "$uuid" \
            "$gpu" "$(<"$pci/$gpu/numa_node")" "$name"
    done
}

# permitted DEVICE DRIVER: pci_device.go, nvidia.go, common.go: vfio-pci may have a device; else
# it must be a function of "nvidia" with a vGPU type, and not one that has functions itself.
permitted()
{
    [[ $2 != vfio-pci ]] || return 0
    [[ $2 == nvidia && ! -e $1/sriov_totalvfs && -e $1/nvidia/current_vgpu_type ]] || return 1
    [[ ! $(<"$1/nvidia/current_vgpu_type") =~ ^[[:space:]]*0?[[:space:]]*$ ]]
}

# pci_devices VENDOR:DEVICE…: pci_device.go: by PCI_ID in uevent, in small letters; a device
# without a driver or an IOMMU group is none.
pci_devices()
{
    local device id driver
    for device in "$pci"/*; do
        id=$(sed -n 's/^PCI_ID=//p' "$device/uevent")
        wanted "${id,,}" "$@" || continue
        [[ -L $device/driver && -L $device/iommu_group ]] || continue
        driver=$(basename "$(readlink "$device/driver")")
        permitted "$device" "$driver" || continue
        printf '%s %s %s %s\n' "$(basename "$(readlink "$device/iommu_group")")" \
            "${device##*/}" "$driver" "$(<"$device/numa_node")"
    done
}

# allocate mdev|pci RESOURCE DEVICE…: mediated_device.go, pci_device.go, common.go.
allocate()
{
    local kind=$1 name=$2 prefix=PCI_RESOURCE id device ids=() files=()
    shift 2
    [[ $kind != mdev ]] || prefix=MDEV_PCI_RESOURCE
    for id; do
        for device in "$devices"/* "$pci"/*; do
            case $kind-$device in mdev-"$devices"/* | pci-"$pci"/*) ;; *) continue ;; esac
            [[ -L $device/iommu_group && $(readlink "$device/iommu_group") == */"$id" ]] || continue
            ids+=("${device##*/}")
            files+=(/dev/vfio/vfio "/dev/vfio/$id")
            [[ $kind != pci || ! -d $device/vfio-dev ]] ||
                files+=(/dev/vfio/devices/"$(ls "$device/vfio-dev")")
        done
    done
    ((${#ids[@]})) || return 1
    name=${prefix}_${name//[\/.]/_}
    printf '%s=%s\n' "$(tr '[:lower:]' '[:upper:]' <<<"$name")" "$(IFS=, && echo "${ids[*]}")"
    printf '%s\n' "${files[@]}"
}

verb=${1-}
shift || true
case $verb in
configure | mdevs | allocate) "$verb" "$@" ;;
pci) pci_devices "$@" ;;
*) usage && [[ $verb == --help ]] ;;
esac
