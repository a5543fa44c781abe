# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm get: a file out of a machine.

get_usage()
{
    cat <<'END'
Usage: lab/vm get [--name NAME] PATH FILE

Copies a file out of a machine. FILE is its new name here, or a folder, or "-"
for standard output. A file that is not there leaves nothing behind.
END
}

verb_main()
{
    local name=main dir path file
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        -h | --help) get_usage && exit ;;
        -*) die_usage "does not know \"$1\"" ;;
        *) break ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    (($# == 2)) || die_usage "wants a path and a file"
    path=$1
    file=$2
    need_root "$LAB/vm" get --name "$name" "$path" "$file"
    dir=$(machine_running "$name")
    if [[ $file == - ]]; then
        ssh_machine "$dir" "cat ${path@Q}" </dev/null
        return
    fi
    [[ ! -d $file ]] || file=$file/${path##*/}
    if ! ssh_machine "$dir" "cat ${path@Q}" </dev/null >"$file.part"; then
        rm -f "$file.part"
        die "cannot get \"$path\" from machine \"$name\""
    fi
    mv "$file.part" "$file"
}
