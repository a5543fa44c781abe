# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The tests: what there is, in which order, and how one is run.

# shellcheck source=lab/lib/suite-lanes.sh
. "${BASH_SOURCE[0]%/*}/suite-lanes.sh"
# shellcheck source=lab/lib/suite-host.sh
. "${BASH_SOURCE[0]%/*}/suite-host.sh"
# shellcheck source=lab/lib/suite-machine.sh
. "${BASH_SOURCE[0]%/*}/suite-machine.sh"

suite_long=''
suite_passed=0
suite_failed=0
suite_skipped=0

# suite_tests: a line a test: its name, "long" or "-", the function that runs it
# and what it shows. "check" counts as the tests that make check is made of.
suite_tests()
{
    local kernel
    echo "check - suite_check unit tests and all else of make check, with sanitizers"
    echo "distcheck - suite_distcheck the release archive builds and passes make check"
    echo "check-valgrind long suite_valgrind what of make check is programs, under valgrind"
    echo "shellcheck - suite_shellcheck the scripts"
    fuzz_targets | sed 's/.*/fuzz-& - suite_fuzz inputs made up for a minute, with sanitizers/'
    for kernel in $lab_kernels_stock; do
        suite_kmod_line "$kernel"
    done
    echo "check-style - suite_style what gcc with W=1, sparse and checkpatch say of the modules"
    suite_scenarios 6.12
    suite_kmod_line san
    for kernel in san 6.1 7.3; do
        suite_scenarios "$kernel"
    done
}

# suite_kmod_line KERNEL
suite_kmod_line()
{
    echo "kmod-$1 - suite_kmod the modules build for kernel $1 without a warning"
}

# suite_scenarios KERNEL: the lines of the scenarios that run on a kernel. One that
# names its kernels has the kernel in its name.
suite_scenarios()
{
    local kernel=$1 name long kernels more text
    while IFS='|' read -r name long kernels more text; do
        [[ ! $kernels$more ]] || name+=@$kernel
        if [[ " ${kernels:-6.12} " != *" $kernel "* ]]; then
            [[ " $more " == *" $kernel "* ]] || continue
            long=yes
        fi
        [[ $long == yes ]] && long=long || long=-
        printf '%s %s suite_scenario %s\n' "$name" "$long" "$text"
    done < <(suite_headers)
}

# suite_headers: a line a scenario: its name and what the comments at its top say.
suite_headers()
{
    local files
    mapfile -t files < <(find "$lab_tree/tests/lab" -name '[0-9][0-9]-*' -perm /1 | sort)
    awk '
        function tell() { if (name) print name "|" said["Long"] "|" said["Kernels"] "|" said["Kernels-long"] "|" said["Scenario"] }
        FNR == 1 { tell(); delete said; name = FILENAME; sub(/.*\//, "", name) }
        FNR <= 10 && match($0, /^# [A-Z][a-z-]*: /) { said[substr($0, 3, RLENGTH - 4)] = substr($0, RLENGTH + 1) }
        END { tell() }' "${files[@]}"
}

suite_list()
{
    local name long function text
    while read -r name long function text; do
        [[ $long == - ]] && long='' || long=' (long)'
        printf '%-28s %s%s\n' "$name" "$text" "$long"
    done < <(suite_tests)
}

# suite_run [PATTERN…]: those whose name has a PATTERN, or all.
suite_run()
{
    local start=$EPOCHREALTIME
    mkdir -p "$(suite_logs)"
    exec {suite_lock}>"$(suite_logs).lock"
    flock -n "$suite_lock" || die "another lab/test of this tree has not ended"
    rm -f "$(suite_logs)"/*
    trap suite_stop EXIT
    trap 'exit 130' INT TERM HUP
    suite_queue "$@"
    suite_san_ahead
    suite_show < <(suite_lanes 2>&1)
    rm -f "$(suite_file sessions)"
    printf '\nIn %s s; logs are in %s\n' "$(seconds_since "$start")" "$(suite_logs)"
    printf '%d passed, %d failed, %d skipped\n' "$suite_passed" "$suite_failed" "$suite_skipped"
    ((suite_failed == 0 && suite_passed > 0))
}

# suite_queue [PATTERN…]: writes down which are to be run: a line each, its name and its function.
suite_queue()
{
    local name long function
    : >"$(suite_file queue)"
    while read -r name long function _; do
        suite_wanted "$name" "$@" || continue
        if [[ $long == long && ! $suite_long ]]; then
            suite_line "$(suite_result SKIP "$name" "" "only with --long")"
        else
            printf '%s %s\n' "$name" "$function" >>"$(suite_file queue)"
        fi
    done < <(suite_tests)
}

# suite_wanted NAME [PATTERN…]: whether it has one of them. One with a kernel is the end of a name:
# @6.1 is not @6.12.
suite_wanted()
{
    local name=$1 pattern
    shift
    (($#)) || return 0
    for pattern in "$@"; do
        [[ $pattern == *@?* ]] || pattern+='*'
        # shellcheck disable=SC2053 # a pattern
        [[ $name != *$pattern ]] || return 0
    done
    return 1
}

# suite_logs: the folder of what each says, and of suite_file.
suite_logs()
{
    printf '%s/logs\n' "$lab_cache/trees/$(cache_key "$lab_tree")"
}

# suite_file NAME: "queue" is what is still to be run, "sessions" are the processes that lead those
# of what runs.
suite_file()
{
    printf '%s/%s\n' "$(suite_logs)" "$1"
}

# suite_result RESULT NAME SECONDS [REMARK]: the line of a test's end.
suite_result()
{
    printf '%-4s %s%s%s\n' "$1" "$2" "${3:+ $3 s}" "${4:+ ($4)}"
}

# suite_one NAME CMD…: a test that is one command: 0 passed, 77 skipped, else failed.
# Its output is kept, and its end shown if it failed.
suite_one()
{
    local name=$1 log start=$EPOCHREALTIME progress status=0
    shift
    log=$(suite_logs)/$name.log
    progress_begin "$name" "$log"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    progress_end "$progress"
    case $status in
    0) suite_result PASS "$name" "$(seconds_since "$start")" \
        "$(suite_again "$log")" ;;
    77) suite_result SKIP "$name" "$(seconds_since "$start")" \
        "$(sed -n 's/^SKIPPED: //p' "$log" | tail -n 1)" ;;
    *) suite_fail "$log" 60 "$name" "$(seconds_since "$start")" ;;
    esac
}

# suite_fail LOG LINES NAME [SECONDS]: the line of one that failed and the end of its log. A line
# at a time: another lane has something to say as well.
suite_fail()
{
    suite_result FAIL "$3" "${4-}" "$(suite_why "$1")"
    tail -n "$2" "$1" | cut -c -1000 | sed -u 's/^/    /'
}

# suite_again LOG: what a scenario that has passed was run twice for.
suite_again()
{
    ! grep -q '^The emulator ended' "$1" ||
        sed -n '$ s/.*/The emulator ended once/p; s/^kernel reports: \(Kernel panic.*\)/\1; /p' "$1" |
        tr -d '\n'
}

# suite_why LOG: why a scenario says it failed, on one line, however much came after;
# else the last line.
suite_why()
{
    awk '/^FAILED: / { text = "" }
        /^(FAILED|left behind|kernel reports): / { on = 1 }
        on { text = text " " $0 }
        END { printf "%s", substr(on ? text : " " $0, 2, 400) }' "$1" | tr -s '[:cntrl:]' ' '
}
