# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm bench: what operations on a vGPU cost, beside the kernel's sample drivers, and what
# our programs do, beside others.

bench_usage()
{
    cat <<'END_USAGE'
Usage: lab/vm bench [--name NAME] [--running] [--rounds N] [--levels N,…] [--output FILE]
       lab/vm bench --user [--name NAME] [--running] [--rounds N] [--levels N,…]
           [--settle N,…] [--output FILE]
       lab/vm bench --console [--name NAME] [--running] [--rounds N] [--output FILE]

Measures our vGPUs beside mtty, mdpy and mbochs, which are built from Debian's kernel
source, and beside the least that the same calls can cost; with --user the hook, the
restore and the list of vgpuctl beside mdevctl, a hook in bash and programs that do the
least, and how long libvirt takes to know of new vGPUs with our callout and without; with
--console how fast a guest's screen is redrawn, beside QEMU's own display in that guest.
Prints tables of medians, their spread, ratios and figures to reach; fails only if it
can't measure. Meant for a computer that does nothing else.

  --name NAME     the machine, started anew and stopped at the end; "bench" if not given
  --running       use a machine that runs, and leave it running
  --user          measure programs; takes up to two hours
  --console       measure screens
  --rounds N      samples of each figure at each level: 30; with --user fewer of what
                  takes long
  --levels N,…    numbers of vGPUs of each driver alive: 1,16,256,1024,256,16,1;
                  with --user of vGPUs restored and listed, up to 1023: 10,100,1000
  --settle N,…    numbers of vGPUs that libvirt is to know of, up to 256 on 8 GPUs:
                  16,64,256; none if empty
  --output FILE   where the JSON goes: openvgpu/bench.json, bench-user.json or
                  bench-console.json below the cache folder
END_USAGE
}

verb_main()
{
    local name=bench running='' kind=kernel rounds=30 levels='' settle=16,64,256
    local output='' dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        --running) running=yes ;;
        --user) kind=user ;;
        --console) kind=console ;;
        --rounds) rounds=${2-} && shift ;;
        --levels) levels=${2-} && shift ;;
        --settle) settle=${2-} && shift ;;
        --output) output=${2-} && shift ;;
        -h | --help) bench_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    bench_defaults
    [[ $rounds =~ ^[1-9][0-9]{0,3}$ ]] || die_usage "\"$rounds\" is no number of rounds"
    [[ $levels =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ ]] || die_usage "\"$levels\" is no list of numbers"
    [[ $settle =~ ^([1-9][0-9]*(,[1-9][0-9]*)*)?$ ]] ||
        die_usage "\"$settle\" is no list of numbers"
    need_root "$LAB/vm" bench "${args[@]}"
    host_packages "$LAB/image/packages.host"
    dir=$(machine_dir "$name")
    [[ $running ]] || "$LAB/vm" up --name "$name" </dev/null
    dir=$(machine_running "$name")
    "bench_put_$kind" "$name" "$dir"
    "bench_$kind" "$dir"
    [[ $running ]] || "$LAB/vm" down --name "$name"
    printf '\nAll samples are in %s\n' "$output"
}

# bench_defaults: of what depends on what is measured. Sets "levels" and "output".
bench_defaults()
{
    case $kind in
    user) : "${levels:=10,100,1000}" "${output:=$lab_cache/bench-user.json}" ;;
    console) : "${levels:=1}" "${output:=$lab_cache/bench-console.json}" ;;
    *) : "${levels:=1,16,256,1024,256,16,1}" "${output:=$lab_cache/bench.json}" ;;
    esac
}

# bench_kernel MACHINE-DIR: measures the modules; JSON into $output, tables to be read.
bench_kernel()
{
    ssh_machine "$1" "bash /tmp/bench/machine.sh /tmp/bench -n $rounds -l $levels -o /tmp/bench/samples.json" </dev/null
    ssh_machine "$1" "jq --arg as json -f /tmp/bench/report.jq /tmp/bench/samples.json" \
        </dev/null >"$output"
    ssh_machine "$1" "jq -r --arg as table -f /tmp/bench/report.jq /tmp/bench/samples.json" \
        </dev/null
}

# bench_user MACHINE-DIR: likewise the programs.
bench_user()
{
    local report="jq --slurp -f /tmp/bench/report.jq /tmp/bench/run-*.json"
    ssh_machine "$1" "bash /tmp/bench/machine.sh /tmp/bench $rounds $levels '$settle'" </dev/null
    ssh_machine "$1" "$report --arg form json" </dev/null >"$output"
    ssh_machine "$1" "$report -r --arg form table" </dev/null
}

# bench_console MACHINE-DIR: likewise a guest's screen.
bench_console()
{
    local report="jq --slurp -f /tmp/bench/report.jq /tmp/bench/samples.json /tmp/bench/memory.json"
    ssh_machine "$1" "bash /tmp/bench/machine.sh /tmp/bench $rounds '$guest_cmdline'" </dev/null
    ssh_machine "$1" "$report --arg form json" </dev/null >"$output"
    ssh_machine "$1" "$report -r --arg form table" </dev/null
}

# bench_peers VARIABLE KERNEL-VERSION: the folder of mtty.ko, mdpy.ko and mbochs.ko.
bench_peers()
{
    local build program=$lab_tree/tests/bench/make-peers
    root_build build
    cache_make "$1" "Building the kernel's samples (mtty, mdpy, mbochs)" "peers-$2" \
        "$(cache_key "$build" "$program")" "$program" "$build" "$2"
}

# bench_kernel_of NAME MACHINE-DIR: prints which kernel a machine runs.
bench_kernel_of()
{
    local kernel
    kernel=$(readlink "$2/kernel")
    kernel=${kernel##*/kernel-}
    printf '%s\n' "${kernel%-*}"
}

# bench_put_kernel NAME MACHINE-DIR: program, scripts and sample drivers into its /tmp/bench.
bench_put_kernel()
{
    local name=$1 dir=$2 kernel peers
    kernel=$(bench_kernel_of "$name" "$dir")
    [[ $kernel == 6.12 ]] || die "machine \"$name\" runs kernel $kernel; this wants 6.12"
    bench_peers peers "$kernel"
    tar -C "$peers" -cf - . \
        -C "$lab_tree/tests/bench" machine.sh report.jq \
        -C "$(build_stage "$kernel")/../tests/bench" vgpu-bench |
        bench_unpack "$dir"
}

# bench_put_user NAME MACHINE-DIR: likewise the programs to compare with, and what they read.
bench_put_user()
{
    local programs
    programs=$(build_stage "$(bench_kernel_of "$@")")/../tests/bench/user
    tar -C "$lab_tree/tests/bench/user" -cf - machine.sh one-vgpu.xml ordinary.xml report.jq \
        shell-hook -C "$programs" vgpu-bench-user peer-empty peer-prepare peer-writes |
        bench_unpack "$2"
}

# bench_put_console NAME MACHINE-DIR: likewise what measures screens.
bench_put_console()
{
    tar -C "$lab_tree/tests/bench/console" -cf - machine.sh report.jq \
        -C "$(build_stage "$(bench_kernel_of "$@")")/../tests/bench/console" vgpu-bench-console |
        bench_unpack "$2"
}

# bench_unpack MACHINE-DIR: unpacks standard input into its /tmp/bench, which is new.
bench_unpack()
{
    ssh_machine "$1" "rm -rf /tmp/bench && mkdir /tmp/bench &&
        tar -C /tmp/bench --no-same-owner -xf -"
}
