#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What bash offers after words of a vgpuctl command line.
set -uo pipefail
top=${top_srcdir:-$(dirname "$0")/../..}
program=$(readlink -f "${top_builddir:-$top}/tools/vgpuctl") || exit 99
OPENVGPU_ROOT=$(mktemp -d) || exit 99
export OPENVGPU_ROOT
trap 'rm -rf "$OPENVGPU_ROOT"' EXIT
. "$top/tools/vgpuctl.bash"

vgpuctl() { "$program" "$@"; }
# virsh as far as the completion asks it: domains, one with vGPUs, one named by somebody malicious.
virsh()
{
    case ${*:2} in
    'list --all --name') printf '%s\n' desk other 'Windows 10' "\$(touch $evil)x" '*' '' ;;
    *' Windows 10')
        printf "<vgpu:vgpu uuid='%s'/>\n" "\$(touch\${IFS}$evil)" 1234
        ;;
    *' desk') cat <<'END' ;;
  <metadata><vgpu:vgpus><vgpu:vgpu uuid="83b8f4f2-509f-382f-3c1e-e6bfe0fa1002" type="a"/>
      <vgpu:vgpu address="0000:41:00.4" type="b" parent="0000:41:00.0"/>
    <graphics><listen type='address' address='127.0.0.1'/></graphics>
    <hostdev><source><address uuid='83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'/></source>
      <address type='pci' domain='0x0000' bus='0x00'/></hostdev>
END
    esac
}

evil=$OPENVGPU_ROOT/evil

# offers WORDS REPLY: what comes after WORDS, whose last may be the beginning of one or empty
offers()
{
    local -a COMPREPLY=()
    IFS='|' read -ra COMP_WORDS <<<"vgpuctl|$1"
    [[ $1 != *'|' && $1 ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMP_LINE=${COMP_WORDS[*]}
    COMP_POINT=${#COMP_LINE}
    _vgpuctl
    [[ ${COMPREPLY[*]} == "$2" ]] || {
        printf 'after "%s" not "%s" but "%s"\n' "$1" "$2" "${COMPREPLY[*]}" >&2
        exit 1
    }
}

gpu=0001:00:00.0
uuid=83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
type=$OPENVGPU_ROOT/sys/class/mdev_bus/$gpu/mdev_supported_types/vgpu-16m
mkdir -p "$type" "$OPENVGPU_ROOT/etc/mdevctl.d/$gpu" "$OPENVGPU_ROOT/sys/bus/mdev/devices"
echo vfio-pci >"$type/device_api"
echo 3 >"$type/available_instances"
echo '{"mdev_type":"vgpu-16m","start":"auto","attrs":[]}' >"$OPENVGPU_ROOT/etc/mdevctl.d/$gpu/$uuid"

offers 'cr' create
offers 'un' undefine
offers '--ver' --version
offers 'create|--type|v' vgpu-16m
offers 'create|--type=v' vgpu-16m
offers 'create|--type|=|v' vgpu-16m
offers 'create|--type|=' vgpu-16m
offers 'list|d' 'definitions domains'
offers 'list|--j' --json
offers 'create|--type|' vgpu-16m
offers 'create|--parent|' "$gpu auto"
offers 'create|--frame' --framebuffer
offers 'create|--attr|' ''
offers "--root|$OPENVGPU_ROOT|modify|83" "$uuid"
offers "--root=$OPENVGPU_ROOT|modify|83" "$uuid"
offers "--root|=|$OPENVGPU_ROOT|modify|83" "$uuid"
offers 'detach|--connect|=|qemu|:|///system|d' desk
offers 'create|--attr|a|=|--type|' vgpu-16m
offers 'restore|0001|:|0' 00:00.0
offers 'create|--parent|=|0001|:|00|:|0' 00.0
offers 'modify|--dr' --drop
offers 'undefine|' "$uuid --help --parent"
offers 'restore|0' "$gpu"
offers 'attach|d' desk
offers 'attach|--type|vgpu-16m|o' other
offers 'attach|--placement|' 'spread compact numa'
offers 'create|--placement|' 'spread compact'
offers 'detach|d' desk
offers 'detach|desk|0' 0000:41:00.4
offers 'detach|--connect|qemu:///system|desk|8' \
    '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 83b8f4f2-509f-382f-3c1e-e6bfe0fa1002'
offers 'detach|other|8' ''
offers 'attach|W' 'Windows\ 10'
offers 'attach|Windows\ ' 'Windows\ 10'
offers 'attach|$' "$(printf '%q' "\$(touch $evil)x")"
offers 'attach|*' '\*'
offers 'detach|Windows\ 10|1' 1234
offers 'detach|Windows\ 10|$' "$(printf '%q' "\$(touch\${IFS}$evil)")"
[[ ! -e $evil ]] || {
    echo 'completion ran what a domain is named, or what its metadata says' >&2
    exit 1
}
offers 'modify|--parent|' "$gpu"
offers 'create|--framebuffer|' ''
mkdir "$OPENVGPU_ROOT/empty"
offers "--root|$OPENVGPU_ROOT/empty|show|0" ''
offers "--root|$OPENVGPU_ROOT/empty|show|" '--help --json'
offers 'do' doctor
offers 'plan|d' desk
OPENVGPU_VGPUCTL_MODULE=${program%/*}/libvirt/vgpuctl-libvirt.so
export OPENVGPU_VGPUCTL_MODULE
if [[ -e $OPENVGPU_VGPUCTL_MODULE ]]; then
    offers 'gc|--d' --dry-run
    offers 'attach|--l' --live
fi
offers 'doctor|' '--help --all --json'
exit 0
