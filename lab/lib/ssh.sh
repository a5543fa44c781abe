# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Commands and files to a machine, over one shared connection.

# ssh_machine MACHINE-DIR SSH-OPTIONS… COMMAND: standard files are passed on.
ssh_machine()
{
    local dir=$1 image
    shift
    image=$(readlink "$dir/image")
    # The control socket is named from inside its folder: its path must be short.
    (cd "$dir" && alone ssh -F none -q -i "$image/key" -p "$(<port)" \
        -o UserKnownHostsFile="$image/known_hosts" -o HostKeyAlias=lab \
        -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o BatchMode=yes \
        -o ConnectTimeout=10 -o ServerAliveInterval=30 -o ServerAliveCountMax=10 \
        -o ControlMaster=auto -o ControlPath=ssh -o ControlPersist=yes \
        root@127.0.0.1 "$@")
}

# ssh_forget MACHINE-DIR: ends the shared connection, if there is one.
ssh_forget()
{
    [[ ! -S $1/ssh ]] || (cd "$1" && ssh -F none -q -o ControlPath=ssh -O exit root@127.0.0.1) \
        2>/dev/null || true
    rm -f "$1/ssh"
}
