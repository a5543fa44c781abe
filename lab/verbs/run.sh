# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm run: a command in a machine.

run_usage()
{
    cat <<'END'
Usage: lab/vm run [--name NAME] [CMD [ARG…]]

Runs a command in a machine, as root. Standard input goes in, output and exit
status come out. One word alone is a line for the machine's shell; several are
a program and its arguments, taken as they are. None: a shell.
END
}

verb_main()
{
    local name=main dir command=''
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        -h | --help) run_usage && exit ;;
        --) shift && break ;;
        -*) die_usage "does not know \"$1\"" ;;
        *) break ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    need_root "$LAB/vm" run --name "$name" -- "$@"
    dir=$(machine_running "$name")
    if (($# == 1)); then
        command=$1
    elif (($#)); then
        command=${*@Q}
    elif [[ -t 0 && -t 1 ]]; then
        ssh_machine "$dir" -t
        return
    fi
    ssh_machine "$dir" "${command:-bash -l}"
}
