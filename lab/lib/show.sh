# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Shows commands in a machine, one step after the other, and sums them up.

show_rows=()

# show_step TITLE FUNCTION: runs a step. FUNCTION returns whether all was as it
# should be and leaves in $seen what was seen.
show_step()
{
    local title=$1 start=$EPOCHREALTIME result=ok
    seen=''
    printf '\n== %s\n' "$title"
    "$2" || result=FAILED
    show_rows+=("$result|$title|${seen//|//}|$(seconds_since "$start")")
    [[ $result == ok ]]
}

# show LINE: prints a line for the machine's shell, runs it, and prints what it says,
# which is then in $output.
show()
{
    local status=0
    printf '$ %s\n' "$1"
    output=$(ssh_machine "$machine" "$1" 2>&1 </dev/null) || status=$?
    [[ ! $output ]] || printf '  %s\n' "${output//$'\n'/$'\n'  }"
    ((status == 0)) || printf '  (exit status %d)\n' "$status"
    return "$status"
}

# write PATH: standard input goes to a file of the machine.
write()
{
    ssh_machine "$machine" "cat >${1@Q}"
}

# show_table: the steps, what was seen, and the seconds they took.
show_table()
{
    local row result title text seconds
    printf '\n%-6s %-31s %7s  %s\n' '' 'Step' 'Seconds' 'Seen'
    for row in "${show_rows[@]}"; do
        IFS='|' read -r result title text seconds <<<"$row"
        printf '%-6s %-31s %7s  %s\n' "$result" "$title" "$seconds" "$text"
    done
}
