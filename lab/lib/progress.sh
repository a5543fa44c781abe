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

# progress_begin TEXT LOG: until progress_end, says on stderr how long TEXT has been going on
# and what its log's last line is: on a terminal the seconds tick, elsewhere it is a line a
# minute. Sets progress to what progress_end wants, and ends with the program.
progress_begin()
{
    progress_tick "$1" "$EPOCHREALTIME" "$2" >/dev/null &
    progress=$!
}

progress_end()
{
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

# LAB_PROGRESS_SECONDS is for one program, not for what that starts.
progress_seconds=${LAB_PROGRESS_SECONDS:-60}
unset LAB_PROGRESS_SECONDS

# The pauses hold no file: who reads what we say would wait for their end.
progress_tick()
{
    local next=$progress_seconds begin=$SECONDS
    while kill -0 $$ 2>/dev/null; do
        if [[ -t 2 ]]; then
            printf '\r\033[K%s: %s s  %s' "$1" "$(seconds_since "$2")" "$(progress_last "$3")" >&2
        elif ((SECONDS - begin >= next)); then
            printf '%s: %s s so far: %s\n' "$1" "$(seconds_since "$2")" "$(progress_last "$3")" >&2
            next=$((SECONDS - begin + progress_seconds))
        fi
        sleep 0.5 >/dev/null 2>&1
    done
}

progress_last()
{
    tail -n 1 "$1" 2>/dev/null | tr -cd '[:print:]' | cut -c1-40
}

# step TEXT CMD…: runs CMD with its output kept in a log, and says how long it
# takes. A failure shows the end of the log, more than what machine_boot says of a console.
# CMD is a function of the library or a program; it runs in a new bash, since
# only there errexit holds however step was called.
step()
{
    local text=$1 log start=$EPOCHREALTIME progress status=0
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/openvgpu-lab.XXXXXX")
    progress_begin "$text" "$log"
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '. "$LAB/lib/all.sh"; "$@"' "$lab_program" "$@" \
        >"$log" 2>&1 </dev/null || status=$?
    progress_end "$progress"
    if ((status)); then
        printf '%s: failed after %s s; the end of its output:\n' "$text" "$(seconds_since "$start")" >&2
        tail -n 50 "$log" | sed 's/^/    /' >&2
    else
        printf '%s: %s s\n' "$text" "$(seconds_since "$start")" >&2
    fi
    rm -f "$log"
    return "$status"
}
