# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# For scenarios that kill who takes part in a start at each system call that changes something:
# the domain that is started, and in /run/kill/lib of the machine what their scripts share.
# With LAB_KILLS=N only N of the calls are tried, others each time unless LAB_OFFSET=0.NN says which.

definitions=/etc/mdevctl.d/$gpu
offset=${LAB_OFFSET-0.$(printf %02d $((RANDOM % 100)))}
[[ ! ${LAB_KILLS-} ]] || echo "which calls: LAB_OFFSET=$offset"
cleanup "rm -rf /run/kill; rm -f $definitions/$uuid2 $definitions/$uuid3"

check "victim asks for a vGPU" quick_domain victim --hidden "$uuid1" \
    --metadata "$(domain_metadata "$uuid1" "$type32" vgpu/params=resolution=800x600)"
# Under strace a look at all processes, as a release takes it, may be slow.
hook_deadline 120
check "others have definitions" vm "mkdir -p /run/kill
    virsh dumpxml victim >/run/kill/victim.xml
    mdevctl define --auto -u $uuid2 -p $gpu -t $type16
    mdevctl define -u $uuid3 -p $gpu -t $type16
    mdevctl modify -u $uuid3 --addattr=vgpu/params --value=resolution=640x480"

# What the scripts of the scenarios share.
{
    printf '%s=%q\n' hook "$hook" gpu "$gpu" vgpu "$uuid1" type "$type32" \
        definitions "$definitions" offset "$offset"
    cat <<'SCRIPT'
cd /run/kill || exit
shopt -s nullglob dotglob
turn=0
device=/sys/bus/mdev/devices/$vgpu
wrong=0
missed=0

# left: vGPUs, records, and files that were to become a record or a definition.
left()
{
    local file
    for file in /sys/bus/mdev/devices/* /run/openvgpu/vgpus/* "$definitions"/.*; do
        echo "${file##*/}"
    done
}

# defined: what others have defined, to the letter.
defined()
{
    grep -H '' "$definitions"/*
}

# points TRACE [objects]: of strace's output, the calls of the thread that made the most that
# change what others see, in order: the name of each and which of that name it is; with
# "objects", as -y tells them, which of that name on that object, and the object, where it is one
# that -P finds again. Others' calls come in between: their numbers are not the same twice.
points()
{
    awk -v objects="${2-}" '
        function object_of(call)
        {
            if (objects && (match(call, /^[a-z0-9_]+\([0-9]+</) ||
                    match(call, /^mmap\([^,]*, [^,]*, [^,]*, [^,]*, [0-9]+</))) {
                call = substr(call, RLENGTH + 1)
                sub(/>.*/, "", call)
            } else if (objects && match(call, /^[a-z0-9_]+\((AT_FDCWD<[^>]*>, )?"/)) {
                call = substr(call, RLENGTH + 1)
                sub(/".*/, "", call)
            }
            gsub(/\\\\/, "\\", call)
            return call ~ /^(\/|anon_inode:)/ ? call : "-"
        }
        function changes(name, call, on)
        {
            if (name == "openat") return call ~ /O_CREAT|O_WRONLY|O_RDWR/
            if (name == "write")
                return call !~ /^write\([0-9]+<anon_inode:\[eventfd/ && !(objects && on == "-")
            if (name == "ioctl") return call !~ /_(GET|CHECK|QUERY)_/
            if (name == "mmap") return on ~ /vfio/
            return 1
        }
        { pid = $1; sub(/^[0-9]+ +/, "") }
        !/^[a-z0-9_]+\(/ { next }
        { name = $0; sub(/\(.*/, "", name)
          on = object_of($0); number = ++count[pid, name, on]; total[pid]++
          if (changes(name, $0, on)) list[pid] = list[pid] name " " number (objects ? " " on : "") "\n" }
        END { for (pid in total) if (total[pid] > total[most]) most = pid
            printf "%s", list[most] }' "$1"
}

# sample NUMBER: of the lines of standard input, so many, from all over, others each time.
sample()
{
    awk -v number="$1" -v offset="$offset" '{ line[NR] = $0 }
        END { if (number > NR) number = NR
            for (i = 0; i < number; i++) print line[int((i + offset) * NR / number) + 1] }'
}

# as_asked: whether the vGPU is there as victim wants it.
as_asked()
{
    [[ $(readlink "$device/mdev_type") == */$type &&
        $(<"$device/vgpu/params") == resolution=800x600 ]]
}

# settled: whether all is as it was before the first start.
settled()
{
    [[ $(left) == "$left" && $(defined) == "$defined" ]]
}

# differences: what is not.
differences()
{
    echo "left are: $(left)"
    diff <(echo "$defined") <(defined)
}

# complain POINT WHAT…
complain()
{
    echo "killed at $1: ${*:2}"
    wrong=$((wrong + 1))
}

# summary WHO: of those in "tried", how many points were not come to. Few may be: who is killed
# keeps some answers of the system's, and asks less often.
summary()
{
    local tried
    tried=$(wc -l <tried)
    echo "$1: $tried of $(wc -l <points) points, $missed missed"
    ((wrong == 0 && missed <= 2 + tried / 10))
}

left=$(left)
defined=$(defined)
SCRIPT
} | vm_write /run/kill/lib

# kill_and_mend DESCRIPTION SCRIPT ARG…: like check, for a script of /run/kill; what it says comes
# out at once, as it takes half an hour.
kill_and_mend()
{
    local description=$1 script=$2
    shift 2
    vm bash "/run/kill/$script" "$@" 2>&1 | tee "$lab_tmp/said" ||
        fail "$description: $(grep -A 3 '^killed at' "$lab_tmp/said" || tail -n 1 "$lab_tmp/said")"
    output=$(<"$lab_tmp/said")
    printf 'ok: %s\n' "$description"
}
