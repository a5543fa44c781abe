# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Fuzz targets: built by clang in a build of their own, and run, as many at a time as there are
# processors.

# fuzz_targets: their names, a line each.
fuzz_targets()
{
    find "$lab_tree/tests/fuzz" -name 'fuzz-*.c' -printf '%f\n' |
        sed 's/^fuzz-\(.*\)\.c$/\1/' | sort
}

fuzz_build()
{
    local dir targets
    dir=$(build_folder fuzz)
    mapfile -t targets < <(fuzz_targets)
    build_lock "$dir"
    build_copy "$dir"
    cd "$dir/build" || return
    [[ -x ../src/configure ]] || ../src/autogen.sh
    [[ -f Makefile ]] ||
        ../src/configure CC=clang --enable-fuzzing --disable-kmod --without-libvirt
    make -j"$(nproc)" -C lib
    make -j"$(nproc)" -C tests/fuzz "${targets[@]/#/fuzz-}"
}

# fuzz_program TARGET ARG…: with no network, its machine in memory, and gone at the end
# however it ends.
fuzz_program()
(
    target=$1 scratch=/dev/shm
    shift
    dir=$(build_folder fuzz)
    [[ -w $scratch ]] || scratch=${TMPDIR:-/tmp}
    scratch=$(mktemp -d "$scratch/openvgpu-fuzz.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    unshare --net env TMPDIR="$scratch" top_srcdir="$dir/src" \
        ASAN_OPTIONS=quarantine_size_mb=64:allow_addr2line=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "$dir/build/tests/fuzz/fuzz-$target" "$@"
)

# fuzz_dictionary TARGET: the option that names its words, or nothing.
fuzz_dictionary()
{
    local words
    case $1 in
    domain | metadata) words=xml ;;
    callout | definition | record) words=json ;;
    *) return 0 ;;
    esac
    printf -- '-dict=%s\n' "$(build_folder fuzz)/src/tests/fuzz/$words.dict"
}

# fuzz_search SECONDS TARGET: lets libFuzzer make up inputs, from the seeds and from what it
# learned before. It stops at one that breaks the target, and keeps it.
fuzz_search()
{
    local seconds=$1 target=$2 dir seeds dictionary
    dir=$(build_folder fuzz)
    mkdir -p "$dir/learned/$target" "$dir/broken"
    mapfile -t seeds < <("$dir/src/tests/fuzz/seeds" "$target")
    mapfile -t dictionary < <(fuzz_dictionary "$target")
    fuzz_program "$target" "$dir/learned/$target" "${seeds[@]}" "${dictionary[@]}" \
        -max_total_time="$seconds" -max_len=16384 -timeout=30 -print_final_stats=1 \
        -artifact_prefix="$dir/broken/$target-"
}

# fuzz_show TARGET LOG: what broke a target, and what to do with it.
fuzz_show()
{
    local input
    input=$(sed -n 's/^.*Test unit written to //p' "$2" | tail -n 1)
    if [[ ! -f $input ]]; then
        printf 'FAILED: fuzz-%s ended by itself\n' "$1"
        return
    fi
    printf 'FAILED: fuzz-%s: %s breaks it\n' "$1" "$input"
    printf 'Once more: lab/fuzz --input %q %s\n' "$input" "$1"
    printf 'When it is mended, it belongs into tests/fuzz/corpus/%s. In base64:\n' "$1"
    base64 "$input" | head -n 20
    printf 'and in hexadecimal:\n'
    od -A x -t x1z -v "$input" | head -n 32
}

# fuzz_file KIND TARGET: the folder's file of a target: "log" is what it said, "result"
# its exit status, the seconds it took and how many inputs it had, when it is through.
fuzz_file()
{
    printf '%s/%s/%s\n' "$(build_folder fuzz)" "$1" "$2"
}

fuzz_one()
{
    local seconds=$1 target=$2 log result status=0 start=$EPOCHREALTIME
    log=$(fuzz_file log "$target")
    result=$(fuzz_file result "$target")
    fuzz_search "$seconds" "$target" >"$log" 2>&1 </dev/null || status=$?
    ((status == 0)) || fuzz_show "$target" "$log" >>"$log"
    printf '%s %s %s\n' "$status" "$(seconds_since "$start")" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" >"$result.new"
    mv "$result.new" "$result"
}

# fuzz_pool SECONDS TARGET…
fuzz_pool()
{
    local seconds=$1 dir
    shift
    dir=$(build_folder fuzz)
    rm -rf "$dir/result"
    mkdir -p "$dir/result" "$dir/log"
    # shellcheck disable=SC2016 # expanded by the new bash
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' bash -euo pipefail -c '
        . "$LAB/lib/all.sh"
        fuzz_one "$@"' "$lab_program" "$seconds" '{}'
}
