# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The machine the lab runs on: root rights, and Debian packages it must have.

# need_root PROGRAM ARGS…: goes on as root, by sudo if need be, with the same
# cache folder.
need_root()
{
    ((EUID == 0)) && return
    command -v sudo >/dev/null ||
        die "must run as root: it makes chroots; sudo is not installed here"
    exec sudo -- env HOME="$HOME" XDG_CACHE_HOME="${XDG_CACHE_HOME:-$HOME/.cache}" \
        TMPDIR="${TMPDIR:-/tmp}" "$@"
}

# host_packages FILE…: installs the packages listed in FILE that are missing.
host_packages()
{
    local missing=() package
    while read -r package; do
        host_has_package "$package" || missing+=("$package")
    done < <(package_list "$@")
    ((${#missing[@]})) || return 0
    [[ -f /etc/debian_version ]] ||
        die "needs Debian 12 or 13, or these packages by other means: ${missing[*]}"
    step "Installing ${#missing[@]} Debian packages (${missing[*]})" host_install "${missing[@]}"
}

host_has_package()
{
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

host_install()
{
    local install=(apt-get install -y --no-install-recommends)
    export DEBIAN_FRONTEND=noninteractive
    "${install[@]}" "$@" && return
    apt-get update
    "${install[@]}" "$@"
}

# package_list FILE…: the words of package lists, without their comments.
package_list()
{
    sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | grep .
}

# alone CMD…: runs it with no file of ours but the standard ones, since what
# stays behind in the background would hold our locks.
alone()
{
    (
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            ((fd <= 2)) || exec {fd}>&-
        done
        exec "$@"
    )
}
