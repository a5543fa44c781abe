# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What scenarios with a guest on the test engine share; read after harness.sh. The
# guest is lab/guest with the module of tests/guest in its initial ramdisk.

# shellcheck disable=SC2034 # for scenarios
engine_type=vgpu-test-engine
engine_initrd=/var/lib/openvgpu-lab/engine-initrd
engine_says='ENGINE-GUEST msix=64 irqs=192 dma=ok'

# engine_gpu: the GPU goes to the test back end until the scenario ends.
engine_gpu()
{
    cleanup "for domain in \$(virsh list --uuid); do virsh -q destroy \$domain; done
        for vgpu in /sys/bus/mdev/devices/*/remove; do echo 1 >\$vgpu; done
        echo >/sys/bus/pci/devices/$gpu/driver_override
        echo $gpu >/sys/bus/pci/drivers/vgpu-test/unbind
        echo $gpu >/sys/bus/pci/drivers_probe
        modprobe -r vgpu-test"
    vm "modprobe vgpu-test
        echo vgpu-test >/sys/bus/pci/devices/$gpu/driver_override
        echo $gpu >/sys/bus/pci/devices/$gpu/driver/unbind
        echo $gpu >/sys/bus/pci/drivers_probe
        test -d /sys/class/mdev_bus/$gpu/mdev_supported_types/$engine_type"
}

# engine_guest: builds the guest's module, and its ramdisk in the machine.
engine_guest()
{
    local root kernel src=$lab_tmp/src build=$lab_tmp/build
    root_build root
    kernel=$(readlink "$lab_vm_dir/kernel")
    kernel=${kernel##*/kernel-}
    kernel=${kernel%-*}
    # The machine with the sanitizer kernel has the guest of the stock one.
    [[ $kernel != san ]] || kernel=7.3
    mkdir -p "$src" "$build"
    cp "$lab_tree"/tests/guest/* "$lab_tree/kmod/test-rm/engine.h" "$src/"
    # shellcheck disable=SC2016 # expanded by the new bash
    build_in_root "$root" "ro:$src" "$build" bash -euc '
        cp /src/* .
        make -s -C "/lib/modules/$1/build" M=/build KCFLAGS=-Werror modules' \
        bash "$(<"$root/var/lib/openvgpu-lab/kernels/$kernel/release")"
    "$LAB/vm" put --name "$lab_vm" "$build/engine-guest.ko" /tmp/engine-guest.ko
    # The kernel unpacks ramdisks that follow each other.
    vm "cd /tmp && echo engine-guest.ko | busybox cpio -o -H newc >engine.cpio 2>/dev/null
        cat /var/lib/openvgpu-lab/guest/initrd engine.cpio >$engine_initrd"
    cleanup "rm -f $engine_initrd /tmp/engine.cpio /tmp/engine-guest.ko"
}

# engine_domain NAME UUID [EMULATOR]: defines a domain with that vGPU, which stays when
# its guest reboots.
engine_domain()
{
    domain_xml "$1" --hidden "$2" |
        sed -e "s|<initrd>.*<|<initrd>$engine_initrd<|" \
            -e 's|<on_reboot>destroy<|<on_reboot>restart<|' \
            -e "s|<devices>|&${3:+<emulator>$3</emulator>}|" \
            -e "s|^</domain>|<seclabel type='none' model='apparmor'/>&|" |
        vm_write "/tmp/$1.xml"
    vm virsh -q define --validate "/tmp/$1.xml"
}

# engine_lines NAME: what the module said since the guest was powered on; the kernel's
# own log may have it more than once.
engine_lines()
{
    guest "$1" "dmesg | grep -o 'ENGINE-GUEST .*'"
}

# engine_counts NAME: the interrupts the guest counted, all vectors together.
engine_counts()
{
    guest "$1" "awk '/engine-guest/ { sum += \$2; n++ } END { print n, sum }' /proc/interrupts"
}

# engine_load NAME: loads the module in the guest, which tests as it binds.
engine_load()
{
    check "the guest loads its driver" guest "$1" "insmod /engine-guest.ko"
    check_is "every vector arrives, and DMA" "$engine_says" engine_lines "$1"
    check_is "the guest's kernel counted as many" "64 192" engine_counts "$1"
}

# engine_boots NAME: how often the guest got ready.
engine_boots()
{
    vm "tr -d '\r' </var/log/libvirt/qemu/$1-serial.log | grep -c '^OPENVGPU-GUEST-READY'"
}

# engine_booted NAME TIMES
engine_booted()
{
    [[ $(engine_boots "$1") == "$2" ]]
}

# engine_ready NAME: waits for a guest, which has no display to tell of.
engine_ready()
{
    guest_wait "$1" || engine_booted "$1" 1
}

# engine_lose NAME: its GPU falls off the bus under the running guest, which QEMU then stops.
engine_lose()
{
    check "the guest loses its GPU" \
        guest "$1" "(sleep 1; rmmod engine-guest; insmod /engine-guest.ko lose=1) >/dev/null 2>&1 &"
    wait_for 60 "QEMU stops it" vm "virsh domstate $1 | grep -qx paused"
    check "and says why" vm "tail -n 20 /var/log/libvirt/qemu/$1.log"
    output_has 'vfio_err_notifier_handler.*Unrecoverable error'
}

# engine_life NAME: all that a guest does with its engine: load, reset, reboot.
engine_life()
{
    local device
    engine_load "$1"
    device=$(guest "$1" "basename /sys/bus/pci/drivers/engine-guest/0000:*")
    check "the guest resets the device" guest "$1" "echo 1 >/sys/bus/pci/devices/$device/reset"
    check_is "and all works again" "$engine_says"$'\n'"$engine_says" engine_lines "$1"
    check_is "with as many interrupts more" "64 384" engine_counts "$1"
    check "the engine knew of the reset" guest "$1" "dmesg | grep -c 'knows of no reset' | grep -qx 0"
    check "the guest reboots" guest "$1" "(sleep 1; reboot -f) >/dev/null 2>&1 &"
    wait_for 240 "it is back" engine_booted "$1" 2
    engine_load "$1"
}
