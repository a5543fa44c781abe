# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm console: what a machine wrote to its serial line.

console_usage()
{
    cat <<'END'
Usage: lab/vm console [--name NAME] [--follow]

Prints what a machine's kernel and services wrote to its serial line since it
was made. With --follow it goes on until interrupted.
END
}

verb_main()
{
    local name=main follow='' dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        --follow) follow=yes ;;
        -h | --help) console_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    need_root "$LAB/vm" console "${args[@]}"
    dir=$(machine_dir "$name")
    [[ -f $dir/console.log ]] || die "there is no machine \"$name\""
    if [[ $follow ]]; then
        exec tail -n +1 -f "$dir/console.log"
    fi
    cat "$dir/console.log"
}
