# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm down: stop a machine and forget its disk.

down_usage()
{
    cat <<'END'
Usage: lab/vm down [--name NAME]

Stops a machine at once and deletes its disk.
END
}

verb_main()
{
    local name=main dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        -h | --help) down_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    need_root "$LAB/vm" down "${args[@]}"
    dir=$(machine_dir "$name")
    [[ -d $dir ]] || die "there is no machine \"$name\""
    machine_lock "$dir"
    machine_cut "$dir"
    rm -rf --one-file-system "$dir" "$dir.lock"
}
