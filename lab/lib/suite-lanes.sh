# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two lanes for the tests: one takes them from the first on, the other, on a lab machine of its
# own, from the last on, until they meet. One machine alone leaves half of two processors idle.

# suite_seconds: how often to say what is going on.
suite_seconds=60
[[ ! -t 2 ]] || suite_seconds=1

# suite_lanes: runs what is in the queue. Each lane is a session, so that all of it can be ended.
suite_lanes()
{
    local lane
    local -A lanes=()
    echo "$BASHPID" >>"$(suite_file sessions)"
    for lane in first last; do
        [[ $lane == first ]] || suite_second_pays || continue
        suite_session suite_lane "$lane" "$suite_long" &
        lanes[$lane]=$!
    done
    for lane in "${!lanes[@]}"; do
        wait "${lanes[$lane]}" && continue
        suite_result FAIL lab/test "" "a lane of it has ended before its time"
        suite_lane_down "$lane"
    done
}

# suite_second_pays: whether there is enough for a second machine to do, and memory for it.
suite_second_pays()
{
    local scenarios memory
    scenarios=$(grep -c ' suite_scenario$' "$(suite_file queue)")
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
    ((scenarios > 3 && memory >= 10))
}

# suite_session FUNCTION ARG…: becomes a bash that runs it, in a session of its own, where signals
# do what they do elsewhere.
suite_session()
{
    echo "$BASHPID" >>"$(suite_file sessions)"
    exec {suite_lock}>&-
    # shellcheck disable=SC2016 # expanded by the new bash
    LAB_PROGRESS_SECONDS=$suite_seconds exec setsid env --default-signal=INT,QUIT bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        . "$LAB/lib/suite.sh"
        "$@"' "$lab_program" "$@" </dev/null
}

# suite_stop: at the end, if somebody has had enough of it: ends what runs, and its machines.
suite_stop()
{
    local process
    [[ -e $(suite_file sessions) ]] || return 0
    trap '' INT TERM HUP
    suite_going
    while read -r process; do
        # It may be about to become a session.
        kill "$process" 2>/dev/null || true
        pkill --session "$process" || true
    done <"$(suite_file sessions)"
    rm -f "$(suite_file sessions)"
    suite_lane_down first
    suite_lane_down last
    printf '%s: ended before its time; logs are in %s\n' "$lab_program" "$(suite_logs)" >&2
}

# suite_lane first|last LONG: what one of them does.
suite_lane()
{
    local test
    suite_vm=$(suite_lane_vm "$1")
    suite_long=$2
    while true; do
        test=$(suite_take "$1")
        [[ $test ]] || break
        "${test#* }" "${test% *}"
    done
    ! suite_up_done || "$LAB/vm" down --name "$suite_vm"
}

# suite_lane_vm first|last: its lab machine, this tree's own.
suite_lane_vm()
{
    local name
    name=test-$(cache_key "$lab_tree" | cut -c -4)
    [[ $1 == first ]] || name+=-2
    echo "$name"
}

# suite_lane_down first|last: its machine goes, if there is one, and one that 00-machine has made.
suite_lane_down()
{
    local name
    for name in "$(suite_lane_vm "$1")"{,-side}; do
        [[ ! -d $(machine_dir "$name") ]] || "$LAB/vm" down --name "$name" || true
    done
}

# suite_take first|last: takes that line from the queue, if any; of the last ones only scenarios and
# builds of modules.
suite_take()
{
    local queue lock test
    queue=$(suite_file queue)
    exec {lock}>>"$queue.lock" && flock "$lock" || return
    if [[ $1 == first ]]; then
        test=$(sed -n 1p "$queue") && sed -i 1d "$queue" || return
    else
        test=$(sed -n '$p' "$queue") || return
        [[ $test =~ \ suite_(scenario|kmod)$ ]] || return 0
        sed -i '$d' "$queue" || return
    fi
    printf '%s\n' "$test"
}

# suite_show: shows and counts what the lanes say on standard input. On a terminal, what is going
# on is its last line.
suite_show()
{
    local line name
    local -A going=()
    while IFS= read -r line; do
        if [[ $line =~ ^([^\ :][^:]*):\ (.*)\ so\ far:\ (.*) ]]; then
            name=${BASH_REMATCH[1]}
            going[$name]="$name: ${BASH_REMATCH[2]}  ${BASH_REMATCH[3]}"
            [[ -t 2 ]] || printf '%s\n' "$line" >&2
        else
            suite_line "$line"
            name=$(suite_line_name "$line")
            [[ ! $name ]] || unset 'going[$name]'
        fi
        suite_going "${going[@]}"
    done
}

# suite_line LINE: shows it, and counts a result.
suite_line()
{
    case $1 in
    'PASS '*) suite_passed=$((suite_passed + 1)) ;;
    'SKIP '*) suite_skipped=$((suite_skipped + 1)) ;;
    'FAIL '*) suite_failed=$((suite_failed + 1)) ;;
    esac
    suite_going
    printf '%s\n' "$1"
}

# suite_line_name LINE: of what it says the end.
suite_line_name()
{
    sed -E 's/^ +//; s/^(PASS|FAIL|SKIP) ([^ ]+).*/\2/; s/: .*//' <<<"$1"
}

# suite_going TEXT…: the last line of a terminal, shared by the lanes.
suite_going()
{
    local text all=''
    [[ -t 2 ]] || return 0
    for text; do
        all+="${all:+ | }${text:0:${COLUMNS:-80} / $# - 3}"
    done
    printf '\r\033[K%s' "$all" >&2
}
