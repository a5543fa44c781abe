# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The tests: what there is, in which order, and the count.

suite_vm='test'
suite_long=''
suite_patterns=()
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
    for kernel in 6.12 6.1 7.3; do
        suite_scenarios "$kernel"
    done
    suite_kmod_line san
    suite_scenarios san
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

# suite_run [PATTERN…]
suite_run()
{
    local name long function text start=$EPOCHREALTIME
    suite_patterns=("$@")
    mkdir -p "$(suite_logs)"
    rm -f "$(suite_logs)"/*.log
    suite_san_ahead
    while read -r name long function text <&3; do
        suite_wanted "$name" "$@" || continue
        if [[ $long == long && ! $suite_long ]]; then
            suite_count SKIP "$name" "" "only with --long"
            continue
        fi
        "$function" "$name"
    done 3< <(suite_tests)
    ! suite_up_done || "$LAB/vm" down --name "$suite_vm" 3<&-
    printf '\nIn %s s; logs are in %s\n' "$(seconds_since "$start")" "$(suite_logs)"
    printf '%d passed, %d failed, %d skipped\n' "$suite_passed" "$suite_failed" "$suite_skipped"
    ((suite_failed == 0 && suite_passed > 0))
}

# suite_san_ahead: the sanitizer kernel is built beside the tests that come before those
# on it, with what they leave of the processors.
suite_san_ahead()
{
    local name long wanted=''
    while read -r name long _; do
        [[ $name == *san ]] && [[ $long == - || $suite_long ]] &&
            suite_wanted "$name" "${suite_patterns[@]}" && wanted=yes
    done < <(suite_tests)
    [[ $wanted ]] || return 0
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        root_build root
        kernel_from kernel "$root" san' "$lab_program" \
        >"$(suite_logs)/kernel-san.log" 2>&1 </dev/null &
}

suite_wanted()
{
    local name=$1 pattern
    shift
    (($#)) || return 0
    for pattern in "$@"; do
        [[ $name != *"$pattern"* ]] || return 0
    done
    return 1
}

suite_logs()
{
    printf '%s/logs\n' "$lab_cache/trees/$(cache_key "$lab_tree")"
}

# suite_count RESULT NAME SECONDS [REMARK]: one line, and the sum.
suite_count()
{
    case $1 in
    PASS) suite_passed=$((suite_passed + 1)) ;;
    SKIP) suite_skipped=$((suite_skipped + 1)) ;;
    *) suite_failed=$((suite_failed + 1)) ;;
    esac
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
    "$@" >"$log" 2>&1 </dev/null 3<&- || status=$?
    progress_end "$progress"
    case $status in
    0) suite_count PASS "$name" "$(seconds_since "$start")" \
        "$(suite_again "$log")" ;;
    77) suite_count SKIP "$name" "$(seconds_since "$start")" \
        "$(sed -n 's/^SKIPPED: //p' "$log" | tail -n 1)" ;;
    *)
        suite_count FAIL "$name" "$(seconds_since "$start")" "$(suite_why "$log")"
        tail -n 60 "$log" | cut -c -1000 | sed 's/^/    /'
        ;;
    esac
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

# suite_lib NAME FUNCTION ARG…: like suite_one, for a function of the library: in a
# new bash, where errexit holds.
suite_lib()
{
    local name=$1
    shift
    # shellcheck disable=SC2016 # expanded by the new bash
    suite_one "$name" bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        . "$LAB/lib/suite.sh"
        "$@"' "$lab_program" "$@"
}

# suite_check NAME: make check, each of its tests counted from the results it leaves.
suite_check()
{
    local dir start=$EPOCHREALTIME result trs name any='' progress
    dir=$(build_folder host)
    find "$dir/build" -name '*.trs' -delete
    progress_begin "make check" "$(suite_logs)/check.log"
    { suite_host_make check TESTS= && suite_host_check; } >"$(suite_logs)/check.log" 2>&1 3<&- ||
        any=failed
    progress_end "$progress"
    while IFS= read -r trs; do
        name=${trs#"$dir/build/"}
        name=${name%.trs}
        result=$(sed -n 's/^:test-result: //p' "$trs" | head -n 1)
        case $result in
        PASS | XFAIL) suite_count PASS "$name" ;;
        SKIP) suite_count SKIP "$name" "" "$(tail -n 1 "${trs%.trs}.log")" ;;
        *)
            suite_count FAIL "$name"
            tail -n 25 "${trs%.trs}.log" | sed 's/^/    /'
            any=said
            ;;
        esac
    done < <(find "$dir/build" -name '*.trs' | sort)
    [[ $any != failed ]] || {
        suite_count FAIL check
        tail -n 25 "$(suite_logs)/check.log" | sed 's/^/    /'
    }
    printf '     make check: %s s\n' "$(seconds_since "$start")"
}

# suite_host_make TARGET…: make in a build for this machine with sanitizers, and
# with no modules.
suite_host_make()
{
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        dir=$(build_folder host)
        build_lock "$dir"
        build_copy "$dir"
        cd "$dir/build"
        [[ -x ../src/configure ]] || ../src/autogen.sh
        [[ -f Makefile ]] || ../src/configure --enable-asan --enable-werror --disable-kmod
        make -j"$(nproc)" "$@"' lab/test "$@" </dev/null
}

# suite_host_check: make check of what suite_host_make has built, as nobody: no test may need
# more. The folder lies where root alone may look, so it is seen at another place too.
suite_host_check()
{
    # shellcheck disable=SC2016 # expanded by the new bash
    unshare --mount --propagation private -- bash -euo pipefail -c '
        chown -R nobody "$1"
        mount --bind "$1" /mnt
        cd /mnt/build
        exec setpriv --reuid nobody --regid nogroup --clear-groups \
            env -i PATH="$PATH" HOME=/tmp make -j"$(nproc)" check' bash "$(build_folder host)" </dev/null
}

# As root, as whoever packages it may be.
suite_distcheck()
{
    suite_lib distcheck suite_host_make distcheck
}

# suite_valgrind NAME
suite_valgrind()
{
    suite_lib "$1" suite_valgrind_make
}

suite_valgrind_make()
{
    local dir
    dir=$(build_folder valgrind)
    build_lock "$dir"
    build_copy "$dir"
    cd "$dir/build" || return
    [[ -x ../src/configure ]] || ../src/autogen.sh
    [[ -f Makefile ]] || ../src/configure --enable-werror --disable-kmod
    make -j"$(nproc)"
    make -j"$(nproc)" check-valgrind VERBOSE=yes
}

# suite_fuzz NAME: the first of them starts all that are wanted.
suite_fuzz()
{
    local name=$1 target=${1#fuzz-} log result status=1 seconds='' inputs='' progress
    [[ $suite_fuzz_pool ]] || suite_fuzz_start
    log=$(fuzz_file log "$target")
    result=$(fuzz_file result "$target")
    progress_begin "$name" "$log"
    while [[ ! -e $result ]] && kill -0 "$suite_fuzz_pool" 2>/dev/null; do sleep 0.2; done
    progress_end "$progress"
    if [[ -e $result ]]; then
        read -r status seconds inputs <"$result"
        cp "$log" "$(suite_logs)/$name.log"
    else
        log=$(suite_logs)/fuzz.log
    fi
    if ((status == 0)); then
        suite_count PASS "$name" "$seconds" "$inputs inputs"
        return
    fi
    suite_count FAIL "$name" "$seconds" "$(suite_why "$log")"
    tail -n 100 "$log" | cut -c -1000 | sed 's/^/    /'
}

# suite_fuzz_pool is the process that runs them.
suite_fuzz_pool=''

suite_fuzz_start()
{
    local target seconds=60 targets=()
    [[ ! $suite_long ]] || seconds=600
    while read -r target; do
        ! suite_wanted "fuzz-$target" "${suite_patterns[@]}" || targets+=("$target")
    done < <(fuzz_targets)
    rm -rf "$(fuzz_file result '')"
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        fuzz_build
        fuzz_pool "$@"' "$lab_program" "$seconds" "${targets[@]}" \
        >"$(suite_logs)/fuzz.log" 2>&1 </dev/null 3<&- &
    suite_fuzz_pool=$!
}

# suite_shellcheck: all of our scripts, found by their first line or their name.
suite_shellcheck()
{
    suite_lib shellcheck suite_shellcheck_all
}

suite_shellcheck_all()
{
    local scripts
    cd "$lab_tree" || return
    mapfile -t scripts < <(find lab tests .ci autogen.sh -type f -exec awk '
        FNR == 1 { if (/^#!\/bin\/(ba)?sh/ || FILENAME ~ /\.sh$/) print FILENAME; nextfile }' {} +)
    shellcheck -x -S warning "${scripts[@]}"
}

# suite_kmod NAME: the modules against one kernel's headers.
suite_kmod()
{
    suite_lib "$1" suite_kmod_build "${1#kmod-}"
}

# suite_kmod_build VERSION: a build that said nothing is kept and done again only
# where sources changed; after one that did, all is built anew.
suite_kmod_build()
{
    local root dir log release headers headers_mount
    root_build root
    kernel_headers "$root" "$1"
    dir=$(build_folder "kmod-$1")
    log=$dir/log
    build_lock "$dir"
    build_copy "$dir"
    # shellcheck disable=SC2016 # expanded by the new bash
    build_in_root "${headers_mount[@]}" "$root" "ro:$dir/src" "$dir/build" bash -euc '
        cp -a --update /src/kmod/. .
        make -j"$(nproc)" -C "$1" M=/build KCFLAGS=-Werror modules' \
        bash "$headers" >"$log" 2>&1 || {
        cat "$log"
        rm -rf "$dir/build"
        return 1
    }
    cat "$log"
    if grep -iE 'warning' "$log"; then
        rm -rf "$dir/build"
        return 1
    fi
}

# suite_style NAME: make check-style with the headers of Debian's newest kernel, or of each.
suite_style()
{
    local kernels=7.3
    [[ ! $suite_long ]] || kernels=$lab_kernels_stock
    # shellcheck disable=SC2086 # words
    suite_lib "$1" suite_style_make $kernels
}

# suite_style_make KERNEL…
suite_style_make()
{
    local kernel root dir bad='' checkpatch=-
    root_build root
    for kernel in "$@"; do
        # It reads the sources alone: once is enough.
        [[ $kernel != 7.3 ]] ||
            checkpatch=/var/lib/openvgpu-lab/source/7.3/scripts/checkpatch.pl
        build_project "$kernel"
        dir=$(build_folder "lab-$kernel")
        echo "Kernel $kernel:"
        build_in_root "$root" "ro:$dir/src" "$dir/build" make -s check-style \
            CHECKPATCH="$checkpatch" || bad=yes
    done
    [[ ! $bad ]]
}

# suite_up_kernel is the kernel of the machine that is up; suite_up_lost[KERNEL] is set
# if one did not come up.
suite_up_kernel=''
declare -A suite_up_lost

suite_up_done()
{
    [[ $suite_up_kernel ]]
}

# suite_up KERNEL: one machine for all scenarios of a kernel; again if the last one
# lost it.
suite_up()
{
    local dir
    dir=$(machine_dir "$suite_vm")
    if [[ $suite_up_kernel == "$1" ]] && qemu_pid "$dir" >/dev/null; then
        return
    fi
    [[ ! ${suite_up_lost[$1]-} ]] || return 1
    suite_up_lost[$1]=yes
    suite_up_kernel=''
    "$LAB/vm" up --name "$suite_vm" --kernel "$1" </dev/null 3<&- || return 1
    unset "suite_up_lost[$1]"
    suite_up_kernel=$1
}

# suite_scenario_kernel NAME: the kernel that a scenario's name says, or the usual one.
suite_scenario_kernel()
{
    case $1 in
    *@*) printf '%s\n' "${1#*@}" ;;
    *) echo 6.12 ;;
    esac
}

# suite_scenario NAME
suite_scenario()
{
    if ! suite_up "$(suite_scenario_kernel "$1")"; then
        suite_count FAIL "$1" "" "no lab machine"
        return
    fi
    suite_one "$1" suite_scenario_run "$1"
}

# suite_scenario_run NAME: once; again on a new machine if the emulator died under it
# (seen with nested KVM under multi-threaded emulation), or if it left a guest in a loop
# (see stands_still in lab-guest), or if the kernel fell and we had no part in it. A kernel that
# hangs counts, unless it waits for a timer of the emulator's.
suite_scenario_run()
{
    local status=0 dir
    dir=$(machine_dir "$suite_vm")
    suite_scenario_once "$1" || status=$?
    ((status != 0 && status != 77)) || return "$status"
    if ssh_machine "$dir" true; then
        suite_guest_hung "$1" || return "$status"
        echo "The emulator ended a guest's work, and not we; once more."
        suite_scenario_once "$1"
        return
    fi
    # its connections end before it does
    if ! qemu_wait_end "$dir" 20; then
        machine_cut "$dir"
        if ! machine_lost_timer "$dir"; then
            echo "The lab machine does not answer; the next scenario gets a new one."
            suite_last_words "$dir"
            return "$status"
        fi
        echo "The lab machine does not answer: it waits for a timer."
    fi
    suite_kernel_reason "$dir"
    echo "The lab machine has ended. Its last words:"
    suite_last_words "$dir"
    ! suite_fell_by_us "$dir" || return "$status"
    echo "The emulator ended it, or the kernel fell with nothing of ours in its trace; once more" \
        "on a new machine."
    suite_up "$(suite_scenario_kernel "$1")" && suite_scenario_once "$1"
}

# suite_guest_hung NAME: whether a guest stopped answering, in the emulator's loop.
suite_guest_hung()
{
    grep -qE 'hangs in the emulator at [0-9a-f]+$' "$(suite_logs)/$1.log"
}

# suite_last_words MACHINE-DIR: of the emulator, of its processors, on the console.
suite_last_words()
{
    cat "$1/qemu.log"
    grep -s 'Triple fault' "$1/cpu.log" || true
    machine_console "$1" | tail -n 40
    echo
}

# suite_scenario_once NAME: the sanitizer kernel is some three times slower.
suite_scenario_once()
{
    local limit=900
    [[ $1 != *@san ]] || limit=2700
    [[ ! $suite_long ]] || limit=$((limit * 3))
    LAB_VM=$suite_vm LAB_LONG=$suite_long \
        timeout -k 30 "$limit" "$lab_tree/tests/lab/${1%@*}"
}

# suite_kernel_reason MACHINE-DIR: why its kernel ended, if it said so.
suite_kernel_reason()
{
    { machine_console "$1" | tail -n 200 | tr -d '\r' && echo; } |
        sed -n 's/.*\(\(Kernel panic\|Oops\|BUG\|RIP\)\b.*\)/kernel reports: \1/p' | tail -n 3
}

# suite_fell_by_us MACHINE-DIR: whether its kernel was shut down, or fell, since its last start,
# with a module in its trace that is ours or calls us. Under multi-threaded emulation a kernel
# that runs nested KVM falls by itself now and then: there, QEMU delivers interrupts between VMRUN
# and STGI, where a processor takes none (AMD64 manual 2, 15.17). What we do to memory of others
# the sanitizer kernel tells, with our names.
suite_fell_by_us()
{
    machine_console "$1" | tail -n 200 |
        grep -E 'Power down|\[(vgpu_[a-z]+|vfio[a-z0-9_]*|mdev)[] ]' >/dev/null
}
