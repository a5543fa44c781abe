# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm put: a file into a machine.

put_usage()
{
    cat <<'END'
Usage: lab/vm put [--name NAME] FILE PATH

Copies a file into a machine. PATH is the file's new name there, or a folder.
FILE may be "-", standard input.
END
}

verb_main()
{
    local name=main dir file path mode
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        -h | --help) put_usage && exit ;;
        -) break ;;
        -*) die_usage "does not know \"$1\"" ;;
        *) break ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    (($# == 2)) || die_usage "wants a file and a path"
    file=$1
    path=$2
    need_root "$LAB/vm" put --name "$name" "$file" "$path"
    dir=$(machine_running "$name")
    if [[ $file == - ]]; then
        ssh_machine "$dir" "cat >${path@Q}"
        return
    fi
    [[ -f $file && -r $file ]] || die "cannot read file \"$file\""
    mode=$(stat -c %a "$file")
    ssh_machine "$dir" "p=${path@Q}; [ ! -d \"\$p\" ] || p=\$p/${file##*/}
        cat >\"\$p\" && chmod $mode \"\$p\"" <"$file"
}
