# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Reads every file of the lab's library, in the order of who needs whom.

lab_program=$0
lab_tree=$(dirname "$LAB")
for lab_part in progress host cache apt root kernel guest image qemu ssh machine build fuzz domain selftests; do
    # shellcheck disable=SC1090 # the list above
    . "$LAB/lib/$lab_part.sh"
done
unset lab_part
