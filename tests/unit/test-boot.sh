#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The units are sound for systemd, are ordered before libvirt, and the udev rule starts the one that
# exists.
set -u
build=${top_builddir:-../..}/boot
source=${top_srcdir:-../..}/boot
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "$*" >&2
    exit 1
}

for unit in openvgpu-restore.service openvgpu-restore@.service openvgpu-restore-function@.service; do
    grep -q '@bindir@' "$build/$unit" && fail "$unit: @bindir@ is left in it"
    grep -q '^ExecStart=/.*/vgpuctl restore' "$build/$unit" || fail "$unit does not run vgpuctl"
    # the program need not be installed here
    sed 's,^ExecStart=[^ ]*,ExecStart=/bin/true,' "$build/$unit" >"$dir/$unit" || exit 99
done
for service in libvirtd virtqemud libvirt-guests; do
    grep -q "^Before=.*\b$service.service" "$build/openvgpu-restore.service" ||
        fail "openvgpu-restore.service is not ordered before $service.service"
done
grep -q 'RUN+="/usr/bin/systemctl --no-block $env{.OPENVGPU_VERB} openvgpu-restore$env{.OPENVGPU_UNIT}@' \
    "$source/70-openvgpu.rules" || fail "the rule starts none of the units"

# systemd 254 and later
if udevadm verify --help >/dev/null 2>&1; then
    said=$(udevadm verify --resolve-names=never "$source/70-openvgpu.rules" 2>&1) || fail "$said"
fi

command -v systemd-analyze >/dev/null || {
    echo "systemd-analyze is not installed: syntax of the units not checked"
    exit 77
}
said=$(SYSTEMD_UNIT_PATH="$dir:" systemd-analyze verify --man=no "$dir/openvgpu-restore.service" \
    "$dir/openvgpu-restore@.service" "$dir/openvgpu-restore-function@.service" 2>&1) || fail "$said"
# a key it does not know is a remark, not a failure
case $said in
*openvgpu*) fail "$said" ;;
esac
