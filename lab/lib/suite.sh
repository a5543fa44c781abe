# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The tests: what there is, in which order, and how one is run.

# shellcheck source=lab/lib/suite-lanes.sh
. "${BASH_SOURCE[0]%/*}/suite-lanes.sh"
# shellcheck source=lab/lib/suite-host.sh
. "${BASH_SOURCE[0]%/*}/suite-host.sh"
# shellcheck source=lab/lib/suite-machine.sh
. "${BASH_SOURCE[0]%/*}/suite-machine.sh"

# The lab machine of the scenarios; that of the second lane is named after it.
suite_vm='test'
suite_long=''
suite_passed=0
suite_failed=0
suite_skipped=0

# suite_tests: a line a test: its name, "long" or "-", the function that runs it
# and what it shows. "check" counts as the tests that make check is made of.
suite_tests()
{
    local file name kernel
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
    local kernel=$1 file name long kernels more
    for file in "$lab_tree"/tests/lab/[0-9][0-9]-*; do
        [[ -x $file ]] || continue
        name=${file##*/}
        long=$(suite_header "$file" Long)
        kernels=$(suite_header "$file" Kernels)
        more=$(suite_header "$file" Kernels-long)
        [[ ! $kernels$more ]] || name+=@$kernel
        if [[ " ${kernels:-6.12} " != *" $kernel "* ]]; then
            [[ " $more " == *" $kernel "* ]] || continue
            long=yes
        fi
        [[ $long == yes ]] && long=long || long=-
        printf '%s %s suite_scenario %s\n' "$name" "$long" "$(suite_header "$file" Scenario)"
    done
}

# suite_header FILE WORD: what a comment at the top says after "WORD: "; or an
# empty line.
suite_header()
{
    head -n 10 "$1" | sed -n "s/^# $2: //p" | grep . || echo
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
    rm -f "$(suite_logs)"/*
    LAB_PROGRESS_SECONDS=$(suite_progress_seconds)
    export LAB_PROGRESS_SECONDS
    suite_queue "$@"
    trap suite_stop EXIT
    trap 'exit 130' INT TERM HUP
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

# suite_wanted NAME [PATTERN…]: one with a kernel is the end of a name: @6.1 is not @6.12.
suite_wanted()
{
    local name=$1 pattern
    shift
    (($#)) || return 0
    for pattern in "$@"; do
        [[ $pattern == *@* ]] || pattern+='*'
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

# suite_file NAME: "queue" is what is still to be run, "sessions" are those of what runs.
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

# suite_fail LOG LINES NAME [SECONDS]: the line of one that failed and the end of its log, in one
# piece: two lanes have something to say.
suite_fail()
{
    {
        suite_result FAIL "$3" "${4-}" "$(suite_why "$1")"
        tail -n "$2" "$1" | cut -c -1000 | sed 's/^/    /'
    } | flock "$(suite_logs)" cat
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
