# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The two Debian 13 roots: the one the machine runs, the one that builds.

# root_runtime VARIABLE: the folder of the machine's own root.
root_runtime()
{
    local list=$LAB/image/packages.runtime
    cache_make "$1" "Building the machine's root (Debian 13)" runtime \
        "$(cache_key trixie "$list" "$LAB/lib/root.sh")" root_make_runtime "$list"
}

# root_build VARIABLE: the folder of the build root, which has the headers and
# the images of every Debian kernel, and two kernels' source.
root_build()
{
    local list=$LAB/image/packages.build
    cache_make "$1" "Building the build root (Debian 13, headers of three kernels)" build \
        "$(cache_key trixie "$list" "$LAB/image/fetch-kernels" "$LAB/lib/root.sh")" \
        root_make_build "$list"
}

root_make_runtime()
{
    local site
    site=$(apt_site)
    root_bootstrap "$1" "$2" "" "deb $site trixie main"
}

root_make_build()
{
    local site suite sources=()
    site=$(apt_site)
    for suite in trixie trixie-backports bookworm; do
        sources+=("deb $site $suite main")
    done
    root_bootstrap "$1" "$2" "$LAB/image/fetch-kernels" "${sources[@]}"
    mkdir -p "$2"/src "$2"/build "$2"/linux
}

# root_bootstrap LIST DIR HOOK SOURCE…: a minimal Debian 13 in DIR, with the
# packages of LIST; HOOK, if any, runs on it at the end, while apt still works.
root_bootstrap()
{
    local list=$1 dir=$2 hook=$3 options
    shift 3
    mapfile -t options < <(apt_options)
    mmdebstrap --variant=minbase --architectures=amd64 "${options[@]}" \
        --keyring="$(apt_keyring)" --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --include="$(package_list "$list" | paste -sd,)" ${hook:+--customize-hook="$hook"} \
        trixie "$dir" "$@"
}
