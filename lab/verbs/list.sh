# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm list: the machines there are.

list_usage()
{
    cat <<'END'
Usage: lab/vm list

One line a machine: its name, "running" or "stopped", its kernel, the port of its
ssh on 127.0.0.1 and the folder it lives in.
END
}

verb_main()
{
    local dir state
    case ${1-} in
    '') ;;
    -h | --help) list_usage && exit ;;
    *) die_usage "does not know \"$1\"" ;;
    esac
    need_root "$LAB/vm" list
    for dir in "$lab_machines"/*/; do
        dir=${dir%/}
        [[ -e $dir/kernel ]] || continue
        state=stopped
        ! qemu_pid "$dir" >/dev/null || state=running
        printf '%-12s %-8s %-24s %-6s %s\n' "${dir##*/}" "$state" "$(<"$dir/kernel/release")" \
            "$(cat "$dir/port" 2>/dev/null || echo -)" "$dir"
    done
}
