#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a lab machine: machine.sh FOLDER ROUNDS CMDLINE
#
# Starts a guest that has a display of QEMU's and a vGPU, each with a VNC server, and measures
# both with FOLDER/vgpu-bench-console. Leaves the samples in FOLDER/samples.json, and in
# FOLDER/memory.json what video memory the vGPU then has.

set -euo pipefail
folder=$1 rounds=$2 cmdline=$3
uuid=b1a5c0de-0072-4000-8000-000000000001
vgpu=/sys/bus/mdev/devices/$uuid
guest=/var/lib/openvgpu-lab/guest
pci=/sys/bus/pci/devices
qemu=''

finish()
{
    set +e
    [[ ! $qemu ]] || { kill "$qemu"; wait "$qemu"; }
    [[ ! -e $vgpu ]] || echo 1 >"$vgpu/remove"
}
trap finish EXIT

echo "$uuid" >/sys/class/mdev_bus/0001:00:00.0/mdev_supported_types/vgpu-16m/create
qemu-system-x86_64 -accel kvm -cpu host -machine q35 -m 256 -nodefaults -display none \
    -kernel "$guest/vmlinux" -initrd "$guest/initrd" \
    -append "$cmdline" \
    -chardev "socket,id=serial,path=$folder/serial,server=on,wait=off,logfile=$folder/serial.log" \
    -serial chardev:serial \
    -device bochs-display,id=qemu,addr=0x10 \
    -device "vfio-pci,id=ours,addr=0x11,sysfsdev=$vgpu,display=on" \
    -vnc 127.0.0.1:71,display=qemu -vnc 127.0.0.1:72,display=ours >"$folder/qemu.log" 2>&1 &
qemu=$!
for ((tries = 0; tries < 1200; tries++)); do
    ! grep -qs OPENVGPU-GUEST-READY "$folder/serial.log" || break
    kill -0 "$qemu" || { cat "$folder/qemu.log" >&2; exit 1; }
    sleep 0.1
done
"$folder/vgpu-bench-console" "$folder/serial" "$rounds" \
    "ours=$pci/0000:00:11.0=5972" "qemu=$pci/0000:00:10.0=5971" >"$folder/samples.json"
printf '{"framebuffer_bytes": %s, "touched": %s}\n' "$(<"$vgpu/vgpu_stats/framebuffer_bytes")" \
    $((1920 * 1080 * 4)) >"$folder/memory.json"
