# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Domain XML for the guest of lab/guest.

# What the guest's kernel is told.
guest_cmdline='console=ttyS0 quiet loglevel=3 mitigations=off no_timer_check nokaslr panic=-1'

# domain_xml NAME [OPTION VALUE]…: prints a domain. Options, in any order:
#   --uuid UUID        the domain's own
#   --vgpu UUID        a hostdev for that mdev, with its display on
#   --hidden UUID      likewise, with no display
#   --metadata XML     what stands in <metadata>
#   --memory MIB       256 unless given
#   --password TEXT    of VNC
#   --type TYPE        kvm unless given
#   --video XML        a display of QEMU's own, instead of none
domain_xml()
{
    local name=$1 uuid='' devices='' metadata='' memory=256 password='' type=kvm
    local video="<video><model type='none'/></video>"
    shift
    while (($#)); do
        case $1 in
        --uuid) uuid="<uuid>$2</uuid>" ;;
        --vgpu) devices+=$(domain_hostdev "$2" on) ;;
        --hidden) devices+=$(domain_hostdev "$2" off) ;;
        --metadata) metadata="<metadata>$2</metadata>" ;;
        --memory) memory=$2 ;;
        --password) password=" passwd='$2'" ;;
        --type) type=$2 ;;
        --video) video=$2 ;;
        *) die "domain_xml: there is no option \"$1\"" ;;
        esac
        shift 2
    done
    cat <<END
<domain type='$type'>
  <name>$name</name>
  $uuid
  $metadata
  <memory unit='MiB'>$memory</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>/var/lib/openvgpu-lab/guest/vmlinux</kernel>
    <initrd>/var/lib/openvgpu-lab/guest/initrd</initrd>
    <cmdline>$guest_cmdline</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='host-passthrough' migratable='off'/>
  <on_reboot>destroy</on_reboot>
  <devices>
    <controller type='usb' model='none'/>
    <serial type='unix'>
      <source mode='bind' path='/var/lib/libvirt/qemu/$name-serial.sock'/>
      <log file='/var/log/libvirt/qemu/$name-serial.log' append='off'/>
    </serial>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'$password/>
    $video
    $devices
    <memballoon model='none'/>
  </devices>
</domain>
END
}

# domain_hostdev UUID on|off: a hostdev for an mdev, its display on or off.
domain_hostdev()
{
    cat <<END
<hostdev mode='subsystem' type='mdev' managed='yes' model='vfio-pci' display='$2'>
      <source><address uuid='$1'/></source>
    </hostdev>
END
}

# domain_metadata UUID TYPE [NAME=VALUE…]: metadata that asks for one vGPU on any
# GPU, with attributes.
domain_metadata()
{
    local uuid=$1 type=$2 attribute
    shift 2
    echo "<vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:1'>"
    echo "  <vgpu:vgpu uuid='$uuid' type='$type' parent='auto'>"
    for attribute in "$@"; do
        echo "    <vgpu:attr name='${attribute%%=*}' value='${attribute#*=}'/>"
    done
    echo "  </vgpu:vgpu></vgpu:vgpus>"
}
