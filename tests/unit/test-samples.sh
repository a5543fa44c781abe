#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt's own schema takes every domain in xml-schemas/domain; skipped where it is missing.
set -u
samples=${top_srcdir:-../..}/xml-schemas/domain

command -v virt-xml-validate >/dev/null || { echo "virt-xml-validate is missing" >&2; exit 77; }
count=0
for sample in "$samples"/*.xml; do
    virt-xml-validate "$sample" domain || exit 1
    count=$((count + 1))
done
[ $count -ge 4 ] || { echo "only $count samples in $samples" >&2; exit 1; }
