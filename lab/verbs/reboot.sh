# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm reboot: power off and on again, with the same disk.

reboot_usage()
{
    cat <<'END'
Usage: lab/vm reboot [--name NAME] [--hard]

Shuts a machine down, then starts it again with the disk it has. With --hard its
power is cut instead.
END
}

verb_main()
{
    local name=main hard='' dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        --hard) hard=yes ;;
        -h | --help) reboot_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    need_root "$LAB/vm" reboot "${args[@]}"
    dir=$(machine_running "$name")
    machine_lock "$dir"
    if [[ $hard ]]; then
        machine_cut "$dir"
    else
        step "Shutting machine \"$name\" down" machine_stop "$dir"
    fi
    step "Starting machine \"$name\"" machine_boot "$dir"
}
