# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The tests that need no machine: make check and its like, fuzzing, and the modules' build.

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

# suite_check NAME: make check, each of its tests told from the results it leaves.
suite_check()
{
    local dir start=$EPOCHREALTIME result trs name any='' progress
    dir=$(build_folder host)
    find "$dir/build" -name '*.trs' -delete
    progress_begin "make check" "$(suite_logs)/check.log"
    { suite_host_make check TESTS= && suite_host_check; } >"$(suite_logs)/check.log" 2>&1 ||
        any=failed
    progress_end "$progress"
    while IFS= read -r trs; do
        name=${trs#"$dir/build/"}
        name=${name%.trs}
        result=$(sed -n 's/^:test-result: //p' "$trs" | head -n 1)
        case $result in
        PASS | XFAIL) suite_result PASS "$name" ;;
        SKIP) suite_result SKIP "$name" "" "$(tail -n 1 "${trs%.trs}.log")" ;;
        *)
            suite_fail "${trs%.trs}.log" 25 "$name"
            any=said
            ;;
        esac
    done < <(find "$dir/build" -name '*.trs' | sort)
    [[ $any != failed ]] || suite_fail "$(suite_logs)/check.log" 25 check
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
    [[ $suite_fuzz_pool ]] || suite_fuzz_start "$target"
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
        suite_result PASS "$name" "$seconds" "$inputs inputs"
    else
        suite_fail "$log" 100 "$name" "$seconds"
    fi
}

# suite_fuzz_pool is the process that runs them.
suite_fuzz_pool=''

# suite_fuzz_start TARGET: that one, and those that are yet to come.
suite_fuzz_start()
{
    local seconds=60 targets
    [[ ! $suite_long ]] || seconds=600
    mapfile -t targets < <(echo "$1"; sed -n 's/^fuzz-\([^ ]*\) .*/\1/p' "$(suite_file queue)")
    rm -rf "$(fuzz_file result '')"
    # shellcheck disable=SC2016 # expanded by the new bash
    bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        fuzz_build
        fuzz_pool "$@"' "$lab_program" "$seconds" "${targets[@]}" \
        >"$(suite_logs)/fuzz.log" 2>&1 </dev/null &
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

# suite_san_ahead: the sanitizer kernel is built beside the tests that come before those
# on it, with what they leave of the processors.
suite_san_ahead()
{
    grep -qE '[@-]san ' "$(suite_file queue)" || return 0
    suite_session suite_san_build >"$(suite_logs)/kernel-san.log" 2>&1 &
}

suite_san_build()
{
    local root kernel
    root_build root
    kernel_from kernel "$root" san
}
