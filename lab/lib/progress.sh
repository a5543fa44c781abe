# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the lab says: errors in one line, and long steps with the time they take.

# die MESSAGE…: one line on stderr, then the end of the program.
die()
{
    printf '%s: %s\n' "$lab_program" "$*" >&2
    exit 1
}

# die_usage MESSAGE…: likewise for a wrong command line.
die_usage()
{
    printf '%s: %s (see --help)\n' "$lab_program" "$*" >&2
    exit 2
}

# seconds_since START: seconds with one decimal since a value of EPOCHREALTIME.
seconds_since()
{
    local us=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
    printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# step TEXT CMD…: runs CMD with its output kept in a log, and says how long it
# took. On a terminal the seconds tick, and its last line shows. A failure shows the end of
# the log, more than what machine_boot says of a console.
# CMD is a function of the library or a program; it runs in a new bash, since
# only there errexit holds however step was called.
step()
{
    local text=$1 log start=$EPOCHREALTIME ticker='' status=0
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/openvgpu-lab.XXXXXX")
    if [[ -t 2 ]]; then
        step_ticker "$text" "$start" "$log" &
        ticker=$!
    fi
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '. "$LAB/lib/all.sh"; "$@"' "$lab_program" "$@" \
        >"$log" 2>&1 </dev/null || status=$?
    if [[ $ticker ]]; then
        kill "$ticker" 2>/dev/null || true
        wait "$ticker" 2>/dev/null || true
        printf '\r\033[K' >&2
    fi
    if ((status)); then
        printf '%s: failed after %s s; the end of its output:\n' "$text" "$(seconds_since "$start")" >&2
        tail -n 50 "$log" | sed 's/^/    /' >&2
    else
        printf '%s: %s s\n' "$text" "$(seconds_since "$start")" >&2
    fi
    rm -f "$log"
    return "$status"
}

step_ticker()
{
    local last
    while :; do
        last=$(tail -n 1 "$3" 2>/dev/null | tr -cd '[:print:]' | cut -c1-40)
        printf '\r\033[K%s: %s s  %s' "$1" "$(seconds_since "$2")" "$last" >&2
        sleep 0.5
    done
}
