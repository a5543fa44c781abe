# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm bench: what operations on a vGPU cost, beside the kernel's sample drivers.

bench_usage()
{
    cat <<'END_USAGE'
Usage: lab/vm bench [--name NAME] [--running] [--rounds N] [--levels N,…] [--output FILE]

Measures our vGPUs beside mtty, mdpy and mbochs, which are built from Debian's kernel
source, and beside the least that the same calls can cost. Prints tables of medians,
their spread, ratios and figures to reach; fails only if it can't measure. Meant for a
computer that does nothing else.

  --name NAME     the machine, started anew and stopped at the end; "bench" if not given
  --running       use a machine that runs, and leave it running
  --rounds N      samples of each figure at each level: 30
  --levels N,…    numbers of vGPUs of each driver alive: 1,16,256,1024,256,16,1
  --output FILE   where the JSON goes: openvgpu/bench.json below the cache folder
END_USAGE
}

verb_main()
{
    local name=bench running='' rounds=30 levels=1,16,256,1024,256,16,1
    local output=$lab_cache/bench.json dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        --running) running=yes ;;
        --rounds) rounds=${2-} && shift ;;
        --levels) levels=${2-} && shift ;;
        --output) output=${2-} && shift ;;
        -h | --help) bench_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    [[ $rounds =~ ^[1-9][0-9]{0,3}$ ]] || die_usage "\"$rounds\" is no number of rounds"
    [[ $levels =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ ]] || die_usage "\"$levels\" is no list of numbers"
    need_root "$LAB/vm" bench "${args[@]}"
    host_packages "$LAB/image/packages.host"
    dir=$(machine_dir "$name")
    [[ $running ]] || "$LAB/vm" up --name "$name" </dev/null
    dir=$(machine_running "$name")
    bench_put "$name" "$dir"
    ssh_machine "$dir" "bash /tmp/bench/machine.sh /tmp/bench -n $rounds -l $levels -o /tmp/bench/samples.json" </dev/null
    ssh_machine "$dir" "jq --arg as json -f /tmp/bench/report.jq /tmp/bench/samples.json" \
        </dev/null >"$output"
    ssh_machine "$dir" "jq -r --arg as table -f /tmp/bench/report.jq /tmp/bench/samples.json" \
        </dev/null
    [[ $running ]] || "$LAB/vm" down --name "$name"
    printf '\nAll samples are in %s\n' "$output"
}

# bench_peers VARIABLE KERNEL-VERSION: the folder of mtty.ko, mdpy.ko and mbochs.ko.
bench_peers()
{
    local build program=$lab_tree/tests/bench/make-peers
    root_build build
    cache_make "$1" "Building the kernel's samples (mtty, mdpy, mbochs)" "peers-$2" \
        "$(cache_key "$build" "$program")" "$program" "$build" "$2"
}

# bench_put NAME MACHINE-DIR: program, scripts and sample drivers into its /tmp/bench.
bench_put()
{
    local name=$1 dir=$2 kernel peers
    kernel=$(readlink "$dir/kernel")
    kernel=${kernel##*/kernel-}
    kernel=${kernel%-*}
    [[ $kernel == 6.12 ]] || die "machine \"$name\" runs kernel $kernel; this wants 6.12"
    bench_peers peers "$kernel"
    tar -C "$peers" -cf - . \
        -C "$lab_tree/tests/bench" machine.sh report.jq \
        -C "$(build_stage "$kernel")/../tests/bench" vgpu-bench |
        ssh_machine "$dir" "mkdir -p /tmp/bench && tar -C /tmp/bench --no-same-owner -xf -"
}
