# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Programs of Debian 13 that the machine does not have, as other projects wrote them; read
# after harness.sh.

# packages_put NAME COMPILE PACKAGE… -- PATH…: the packages, with what they depend on, in
# /opt/NAME of the machine until the scenario ends; of what is in them these paths, in which
# *, in the folder of the packages, stands for what it does in the shell. /opt/NAME/run runs
# a program with its libraries. COMPILE is for fetch-packages. Not to be run by check, which
# would forget the end.
packages_put()
{
    local name=$1 compile=$2 packages=() paths tree runtime
    local fetch=$lab_tree/tests/lab/fetch-packages
    shift 2
    while [[ $1 != -- ]]; do
        packages+=("$1")
        shift
    done
    shift
    paths=$*
    root_runtime runtime
    # What a stable Debian has changes too: looked for once a week.
    cache_make tree "Fetching ${packages[*]}" "$name" \
        "$(cache_key "$fetch" "$compile" "${packages[*]}" "$runtime" "$(date +%G-%V)")" \
        "$fetch" trixie "$runtime/var/lib/dpkg/status" "$compile" "${packages[@]}"
    cleanup "rm -rf /opt/$name"
    vm mkdir -p "/opt/$name"
    # shellcheck disable=SC2086 # patterns
    (cd "$tree/root" && tar --exclude='*/tests' -cf - $paths) |
        ssh_machine "$lab_vm_dir" "tar -C /opt/$name -xf -"
    vm_write "/opt/$name/run" <<END_OF_RUN
#!/bin/sh
export LD_LIBRARY_PATH=/opt/$name/usr/lib/x86_64-linux-gnu PATH=/opt/$name/usr/bin:\$PATH
export GI_TYPELIB_PATH=/opt/$name/usr/lib/x86_64-linux-gnu/girepository-1.0
export PYTHONPATH=/opt/$name/usr/share/virt-manager XDG_DATA_DIRS=/opt/$name/usr/share
exec "\$@"
END_OF_RUN
    vm chmod 755 "/opt/$name/run"
}
