#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds the dependency rule of ARCHITECTURE.md: which folder may include whose headers.
# A folder not named in the table may include nothing but its own and system headers.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
cd "$top" || exit 99
failed=0

complain() {
    echo "$1 includes \"$2\", which ARCHITECTURE.md does not allow for $3/" >&2
    failed=1
}

# folders whose headers FOLDER may use, itself included
allowed() {
    case $1 in
    kmod/sample) echo "$1 kmod/include" ;;
    kmod/vfio|kmod/soft|kmod/test-rm) echo "$1 kmod/include kmod/compat" ;;
    kmod/simpci) echo "$1 kmod/compat" ;;
    libvirt-hook|mdevctl-callout|tools) echo "$1 lib" ;;
    tools/libvirt) echo "$1 tools lib" ;;
    *) echo "$1" ;;
    esac
}

# does one of the folders "$2" hold the header $1 ?
found_in() {
    for folder in $2; do
        [ -f "$folder/$1" ] && return 0
    done
    return 1
}

check_folder() {
    for file in "$1"/*.[ch]; do
        [ -f "$file" ] || continue
        for header in $(sed -n 's/^#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
            [ "$header" = config.h ] && continue
            found_in "${header#*../}" "$(allowed "$1")" || found_in "$header" "$(allowed "$1")" \
                || complain "$file" "$header" "$1"
        done
    done
}

for folder in kmod/include kmod/vfio kmod/soft kmod/simpci kmod/sample kmod/test-rm \
    lib libvirt-hook mdevctl-callout tools tools/libvirt; do
    [ -d "$folder" ] || { echo "$folder is missing" >&2; failed=1; continue; }
    check_folder "$folder"
done

# lib/ stays small: what it may link is glib, libxml2, json-c.
if grep -nE '#[[:space:]]*include <(gio|systemd)/' lib/*.[ch]; then
    echo "lib/ may use glib, libxml2 and json-c only" >&2
    failed=1
fi
# What is written is written in one place for each kind: files of ours, locks, sysfs.
if grep -nE '\<O_(WRONLY|RDWR)\>|g_file_set_contents|\<fopen *\(|\<creat *\(' \
    lib/*.c libvirt-hook/*.c mdevctl-callout/*.c tools/*.c tools/libvirt/*.c \
    | grep -vE '^lib/(file|lock|sysfs)\.c:|open\("/dev/null"'; then
    echo "files are written by lib/file.c, lib/lock.c and lib/sysfs.c alone" >&2
    failed=1
fi
# No vendor's name in lib/ but in the file of that vendor's own interface.
for file in lib/*.[ch]; do
    [ "$file" = lib/provider-nvidia-vf.c ] && continue
    sed 's/vgpu_provider_nvidia_vf//' "$file" \
        | grep -niE '\<(nvidia|grid|intel|i915|gvt|amd\>|vfio_ap|vfio_ccw|ccw|matrix|mtty)' || continue
    echo "$file names a vendor; what is of one vendor belongs in that vendor's provider" >&2
    failed=1
done
# libvirt is loaded for the verbs that ask it, and for nothing else.
if grep -nE '#[[:space:]]*include <libvirt/' \
    lib/*.[ch] libvirt-hook/*.[ch] mdevctl-callout/*.[ch] tools/*.[ch]; then
    echo "only tools/libvirt/ may use libvirt" >&2
    failed=1
fi
# The front end knows no vendor, the contract no mdev.
if grep -nE '#[[:space:]]*include <linux/mdev.h>' \
    kmod/include/*.h kmod/soft/*.[ch] kmod/sample/*.[ch] kmod/test-rm/*.[ch]; then
    echo "only kmod/vfio/ may know mdev" >&2
    failed=1
fi
# Kernel differences live in kmod/compat/.
if grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION' kmod --include='*.[ch]' | grep -v '^kmod/compat/'; then
    echo "kernel version checks belong in kmod/compat/" >&2
    failed=1
fi
exit $failed
