# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A desktop on no screen, of Debian 13: on this computer, not in the lab machine, whose
# libvirt it reaches by ssh. Read after harness.sh.

desktop_screen=1152x864
desktop_home=$lab_tmp/home

# desktop_start: makes one, until the scenario ends. Not to be run by check, which would
# forget the process.
desktop_start()
{
    local list=$lab_tree/tests/lab/desktop.packages make=$lab_tree/tests/lab/make-desktop
    cache_make desktop_root "Building a desktop with virt-manager (Debian 13)" desktop \
        "$(cache_key trixie "$list" "$make" "$LAB/lib/root.sh")" "$make" "$list"
    desktop_ssh "$desktop_home/.ssh"
    trap desktop_end EXIT
    # It ends with its standard input too, should nobody end it.
    exec {desktop_hold}> >(desktop_session >"$lab_tmp/desktop.log" 2>&1)
    desktop_unshare=$!
    wait_for 30 "there is a desktop" desktop true
}

# desktop_ssh DIR: what ssh must know so that the machine is "lab".
desktop_ssh()
{
    mkdir -p "$1"
    cp "$lab_vm_dir/image/key" "$lab_vm_dir/image/known_hosts" "$1/"
    cat >"$1/config" <<END
Host lab
  HostName 127.0.0.1
  Port $(<"$lab_vm_dir/port")
  User root
  HostKeyAlias lab
  IdentityFile ~/.ssh/key
END
}

# desktop_end: before the scenario puts the machine in order, and removes what is home there.
desktop_end()
{
    local status=$?
    set +e
    # Nothing less ends the first process there, and it takes all others along.
    kill -KILL "$(desktop_pid)" && wait "$desktop_unshare" 2>/dev/null
    ((status == 0 || status == 77)) ||
        tail -n 8 "$lab_tmp"/*.log | grep . | cut -c -400 | sed 's/^/  | /'
    (exit "$status")
    lab_end
}

# desktop CMD…: a program on it, with the tree as /mnt.
desktop()
{
    local pid
    pid=$(desktop_pid) || return
    # shellcheck disable=SC2016 # expanded by the new bash
    nsenter --target "$pid" --mount --pid --root -- env -i --chdir=/root bash -euc \
        '. /run/desktop; exec "$@"' bash "$@" {desktop_hold}>&-
}

# desktop_pid: its first process.
desktop_pid()
{
    pgrep -P "$desktop_unshare"
}

# desktop_session: with mounts and processes of its own; the root stays as it is, home is
# the scenario's, and the tree is /mnt.
desktop_session()
{
    # shellcheck disable=SC2016 # expanded by the new bash
    exec unshare --mount --propagation private --pid --fork --kill-child -- bash -euo pipefail -c '
        root=$1
        mount --bind "$root" "$root"
        cd "$root"
        mount -t tmpfs tmpfs "$root/tmp"
        mount -t tmpfs tmpfs "$root/run"
        mount --bind "$2" "$root/root"
        mount --bind "$3" "$root/mnt"
        mount -o remount,bind,ro "$root/mnt"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -o remount,bind,ro "$root"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
            bash /mnt/tests/lab/desktop-session "$4"' \
        desktop "$desktop_root" "$desktop_home" "$lab_tree" "$desktop_screen"
}
