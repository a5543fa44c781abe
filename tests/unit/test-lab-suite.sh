#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What lab/test makes of scenarios that fail and of machines that end, with no machine.
set -uo pipefail
top=${top_srcdir:-$(dirname "$0")/../..}
here=$(mktemp -d) || exit 99
trap 'rm -rf "$here"' EXIT
lab_cache=$here
. "$top/lab/lib/progress.sh"
. "$top/lab/lib/machine.sh"
. "$top/lab/lib/suite.sh"

fail()
{
    printf '%s\n%s\n' "$*" "${line-}" >&2
    exit 1
}

# The machine, as each test sets it: does it answer, does its emulator end, and how does
# each run of the scenario go (a status a run) and what does it say if it fails.
said=''
suite_logs() { echo "$here"; }
suite_up() { [[ $renewed ]]; }
machine_dir() { echo "$here"; }
machine_cut() { echo cut >>"$here/calls"; }
ssh_machine() { [[ $answers ]]; }
qemu_wait_end() { [[ $ends ]]; }
suite_scenario_once()
{
    local status=${runs%% *}
    runs=${runs#* }
    echo run >>"$here/calls"
    [[ $status == 0 ]] || printf 'ok: a\nFAILED: b: %s\n%s\nleft behind: c\n' "$(seq 1 300)" "$said"
    return "$status"
}

# scenario CONSOLE [EARLIER]: runs one, with this on the machine's console, after what it said
# before its last start.
scenario()
{
    : >"$here/calls"
    : >"$here/qemu.log"
    printf '%s' "${2-}" >"$here/console.log"
    stat -c %s "$here/console.log" >"$here/booted"
    printf '%s' "$1" >>"$here/console.log"
    line=$(suite_one NN-name suite_scenario_run NN-name)
}

# result REGEX CALLS: the line of the result, and what was done.
result()
{
    grep -qE "^$1" <<<"$line" || fail "this is not \"$1\":"
    [[ $(paste -sd ' ' "$here/calls") == "$2" ]] || fail "not \"$2\" but: $(cat "$here/calls")"
}

renewed=yes
answers=yes ends='' runs='0 '
scenario login:
result 'PASS NN-name [0-9.]+ s$' run

answers=yes ends='' runs='1 0 '
scenario 'Kernel panic of another scenario'
result 'FAIL NN-name [0-9.]+ s \(FAILED: b: 1 2 3 .{370,390}\)$' run
grep -q '^    left behind: c' <<<"$line" || fail "the end of the log is not shown:"

said='root: guest "a" hangs in the emulator at ffffffff81000000' runs='1 0 '
scenario login:
result 'PASS NN-name [0-9.]+ s \(The emulator ended once\)$' 'run run'
runs='1 1 '
scenario login:
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run run'
said+='; starting it again' runs='1 0 '
scenario login:
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' run
said=''

answers='' ends=yes runs='255 0 '
scenario login:
result 'PASS NN-name [0-9.]+ s \(The emulator ended once\)$' 'run run'

answers='' ends=yes runs='255 1 '
scenario login:
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run run'

answers='' ends=yes runs='255 0 '
for report in 'Kernel panic - not syncing' 'Oops: 0002' 'BUG: unable to handle'; do
    runs='255 0 '
    scenario "[  1.2] $report"$'\n[ 1.3]  vgpu_region_read+0x1/0x2 [vgpu_vfio]'
    result 'FAIL NN-name [0-9.]+ s \(FAILED: b' run
    grep -qF "kernel reports: $report" <<<"$line" || fail "the reason is not shown:"
done
runs='255 0 '
scenario '[  1.2] reboot: Power down'
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' run

runs='255 0 '
end=$'[ 1.3] Modules linked in: vgpu_vfio(OE) kvm_amd [last unloaded: vgpu_test(OE)]\n'
end+='[ 1.4] Kernel panic - not syncing: Fatal exception'
scenario $'[ 1.2] RIP: 0010:__svm_vcpu_run+0xa0/0x220 [kvm_amd]\n'"$end"
result 'PASS NN-name [0-9.]+ s \(Kernel panic - not syncing: Fatal exception; The emulator ended once\)$' \
    'run run'
runs='255 0 '
scenario "$end" $'[ 9.1]  vgpu_region_read+0x1/0x2 [vgpu_vfio]\n[  9.2] reboot: Power down\n'
result 'PASS NN-name [0-9.]+ s \(Kernel panic' 'run run'
runs='255 1 '
scenario "$end"
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run run'
runs='255 0 '
scenario $'[ 1.2]  vfio_device_open+0x1/0x2 [vfio]\n'"$end"
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' run

answers='' ends='' runs='255 0 '
scenario login:
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run cut'
timer=$'[ 26.1] rcu: \tPossible timer handling issue on cpu=1 timer-softirq=1310\n'
runs='255 0 '
scenario login: "$timer"
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run cut'
runs='255 0 '
scenario "$timer"
result 'PASS NN-name [0-9.]+ s \(The emulator ended once\)$' 'run cut run'
runs='255 0 '
scenario "${timer}[ 26.2]  vgpu_region_read+0x1/0x2 [vgpu_vfio]"
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' 'run cut'

answers='' ends=yes renewed='' runs='255 0 '
scenario login:
result 'FAIL NN-name [0-9.]+ s \(FAILED: b' run

# What takes long is told of while it runs: a line now and then, or, on a terminal, all the time.
slow() { echo 'linking it all' && sleep 1.7; }
line=$(suite_one slow slow 2>&1)
[[ $line =~ ^PASS\ slow\ [0-9.]+\ s$ ]] || fail "a minute is not over:"
progress_seconds=1
line=$(suite_one slow slow 2>&1)
grep -qxE 'slow: [0-9.]+ s so far: linking it all' <<<"$line" || fail "it is not told of:"
[[ ${line##*$'\n'} =~ ^PASS ]] || fail "the result is not last:"
if command -v script >/dev/null; then
    cat >"$here/terminal" <<END
. "$top/lab/lib/progress.sh"
. "$top/lab/lib/suite.sh"
suite_logs() { echo "$here"; }
$(declare -f slow)
suite_one slow slow
END
    line=$(script -qec "bash '$here/terminal'" /dev/null </dev/null)
    [[ $line == *'slow: '*' s  linking it all'*$'\033[KPASS slow '* ]] ||
        fail "a terminal is not told:"
fi

# Fuzz targets run by themselves, and each gets its line when it is through.
fuzz_file() { echo "$here/$1/$2"; }
suite_fuzz_start()
{
    mkdir -p "$here/log" "$here/result"
    rm -f "$here/result/a"
    (
        sleep 0.3
        printf 'FAILED: fuzz-a: broken-1 breaks it\n' >"$here/log/a"
        printf 'no clang\n' >"$here/fuzz.log"
        [[ ! $through ]] || echo "$through" >"$here/result/a"
    ) >/dev/null 2>&1 &
    suite_fuzz_pool=$!
}
through='0 1.5 77'
line=$(suite_fuzz fuzz-a)
[[ $line == 'PASS fuzz-a 1.5 s (77 inputs)' ]] || fail "this is no pass:"
through='77 1.5 8'
line=$(suite_fuzz fuzz-a)
[[ $line == 'FAIL fuzz-a 1.5 s (FAILED: fuzz-a: broken-1 breaks it)'* ]] || fail "this is no failure:"
grep -q '^    FAILED: fuzz-a' <<<"$line" || fail "the input is not named:"
through=''
line=$(suite_fuzz fuzz-a)
[[ $line == 'FAIL fuzz-a (no clang)'* ]] || fail "that none was run is not said:"

# Scenarios are told by the comments at their top.
mkdir -p "$here/tree/tests/lab"
scenario_file()
{
    printf '%s\n' '#!/bin/bash' '# SPDX' "${@:2}" >"$here/tree/tests/lab/$1"
    chmod +x "$here/tree/tests/lab/$1"
}
scenario_file 01-a '# Scenario: what: it shows' '# Kernels: 6.12 san' '# Kernels-long: 6.1'
scenario_file 02-b '# Scenario: more' '# Long: yes'
scenario_file 03-c '# Scenario: none' && chmod -x "$here/tree/tests/lab/03-c"
for line in '6.12=01-a@6.12 - suite_scenario what: it shows;02-b long suite_scenario more' \
    '6.1=01-a@6.1 long suite_scenario what: it shows' 'san=01-a@san - suite_scenario what: it shows' '7.3='; do
    [[ $(lab_tree=$here/tree && suite_scenarios "${line%%=*}" | paste -sd ';') == "${line#*=}" ]] ||
        fail "$(lab_tree=$here/tree && suite_scenarios "${line%%=*}") is not:"
done

# A second machine pays for more than three scenarios.
printf '%s\n' a b c d | sed 's/$/ suite_scenario/' >"$here/queue"
suite_second_pays || (($(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo) < 10)) ||
    fail "it has no second machine"
sed -i 1d "$here/queue"
! suite_second_pays || fail "three scenarios have a second machine"

# By a pattern tests are chosen whose name has it; one with a kernel is a name's end.
for line in '02-vfio@6.1 02' '02-vfio@6.1 @6.1' '02-vfio@6.12 vfio@6.12' '40-reboot reb' 'a b a' 'a' \
    '02-vfio@6.12 vfio@'; do
    # shellcheck disable=SC2086 # words
    suite_wanted $line || fail "it is not wanted:"
done
for line in '02-vfio@6.12 @6.1' '40-reboot @6.12' 'a b c' '02-vfio@6.12 vfio@6.1'; do
    # shellcheck disable=SC2086 # words
    ! suite_wanted $line || fail "it is wanted:"
done

# A queue that can't be had is no empty one.
(suite_file() { echo /nonexistent/queue; } && suite_take first) 2>/dev/null && fail "nothing is taken, and that is that"

# Of the queue one lane takes from the front, the other, from the back, what is a scenario.
printf '%s\n' 'check suite_check' '01-a suite_scenario' 'kmod-b suite_kmod' '02-c@san suite_scenario' \
    >"$here/queue"
for take in 'last 02-c@san suite_scenario' 'first check suite_check' 'last kmod-b suite_kmod' \
    'first 01-a suite_scenario' 'last' 'first'; do
    line=$(suite_take "${take%% *}")
    [[ "${take%% *}${line:+ $line}" == "$take" ]] || fail "not \"$take\" but:"
done
echo 'check suite_check' >"$here/queue"
[[ ! $(suite_take last) && -s $here/queue ]] || fail "the last lane takes what needs no machine"
for ((i = 0; i < 40; i++)); do echo "$i suite_scenario"; done >"$here/queue"
for lane in first last; do
    while take=$(suite_take $lane) && [[ $take ]]; do echo "$take"; done >"$here/$lane" &
done
wait
[[ $(sort -n "$here/first" "$here/last") == "$(for ((i = 0; i < 40; i++)); do
    echo "$i suite_scenario"
done)" ]] || fail "two that take at the same time do not take each once"

# What the lanes say is counted, and shown as it was said.
said='PASS a 1.0 s
    FAIL b is only quoted
FAIL c 2.0 s (why)
d: 3.0 s
SKIP e (no such thing)
PASS f 4.0 s'
suite_show <<<"$said" >"$here/shown"
[[ $(<"$here/shown") == "$said" ]] || fail "shown is: $(<"$here/shown")"
[[ "$suite_passed $suite_failed $suite_skipped" == '2 1 1' ]] ||
    fail "counted are $suite_passed, $suite_failed and $suite_skipped"
line=$(suite_show <<<'a: 60.1 s so far: half of it' 2>&1 >/dev/null)
[[ $line == 'a: 60.1 s so far: half of it' ]] || fail "what takes long is not told of:"
for line in 'PASS a@san 1.0 s=a@san' 'FAIL b (x: y)=b' '     make check: 9.1 s=make check' \
    'Starting machine "test": 3.0 s=Starting machine "test"'; do
    [[ $(suite_line_name "${line%=*}") == "${line##*=}" ]] || fail "the wrong name of:"
done

# A lane that ends before its time is a failure; whoever ends lab/test ends all of it.
mkdir "$here/logs"
cat >"$here/lanes" <<END
set -euo pipefail
lab_program=lab/test
. "$top/lab/lib/progress.sh"
. "$top/lab/lib/cache.sh"
. "$top/lab/lib/suite.sh"
suite_logs() { echo "$here/logs"; }
suite_san_ahead() { :; }
suite_tests() { echo 'a - suite_a what it shows'; }
machine_dir() { echo /nonexistent; }
suite_session() { echo "\$BASHPID" >>"$here/logs/sessions"; exec setsid bash -c "\$work"; }
work=\$1
lab_tree=$here
suite_run
END
line=$(bash "$here/lanes" 'exit 3') && fail "it does not fail:"
[[ $line == *'FAIL lab/test (a lane of it has ended before its time)'*'0 passed, 1 failed, 0 skipped' ]] ||
    fail "it is not said that a lane has ended:"
if command -v pkill >/dev/null; then
    # shellcheck disable=SC2016 # expanded by the lane
    bash "$here/lanes" 'echo "PASS b"; sleep 1000 & echo $! >'"$here/slept; wait" >"$here/shown" 2>&1 &
    for ((i = 0; i < 300; i++)); do
        [[ ! -s $here/slept ]] || break
        sleep 0.1
    done
    line=$(bash "$here/lanes" true 2>&1) && fail "two of one tree run at the same time:"
    [[ $line == 'lab/test: another lab/test of this tree has not ended' ]] || fail "it is not said why:"
    kill $!
    wait $! && fail "it does not say that it was ended"
    grep -q 'lab/test: ended before its time; logs are in' "$here/shown" || fail "$(<"$here/shown")"
    grep -q ' passed' "$here/shown" && fail "a sum is told of what was not done: $(<"$here/shown")"
    for ((i = 0; i < 300; i++)); do
        kill -0 "$(<"$here/slept")" 2>/dev/null || break
        sleep 0.1
    done
    ((i < 300)) || fail "what a lane has started goes on"
fi

printf 'one\ncommand: not found\n' >"$here/log.txt"
[[ $(suite_why "$here/log.txt") == 'command: not found' ]] || fail "$(suite_why "$here/log.txt")"
exit 0
