#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes, opens and removes vGPUs in every order that users can, for a number of
# rounds: removed while open, opened while removed, killed while starting, attributes
# written beside. Usage: churn.sh VFIO-FUZZ [ROUNDS [SEED [TYPE]]]

set -u
fuzz=$1
rounds=${2:-20}
seed=${3:-$(date +%s)}
RANDOM=$((seed % 32768))
type=$(echo /sys/class/mdev_bus/*/mdev_supported_types/"${4:-vgpu-16m}")
type=${type%% *}
case ${4-} in
vgpu-test*) delay=/sys/module/vgpu_test/parameters/start_delay_ms ;;
*) delay=/sys/module/vgpu_soft/parameters/start_delay_ms ;;
esac

say()
{
    echo "unexpected: round $round: $*" >&2
    failed=1
}

# scribble UUID: attributes, until the vGPU is gone; while it is open they refuse.
scribble()
{
    local dir=/sys/bus/mdev/devices/$1/vgpu
    while [[ -e $dir/params ]]; do
        echo 'resolution=800x600' >"$dir/params"
        echo nonsense >"$dir/params" && echo "nonsense was taken as params" >"$mistake"
        echo machine >"$dir/vm_name"
        cat "$dir/params" "$dir/vm_name"
        sleep 0.02
    done >/dev/null 2>&1
}

# one_round UUID: two users, one of whom may be killed, and a removal meanwhile, at
# times beside the driver's. Each has two threads: one alone would insist that it can
# open the vGPU again.
one_round()
{
    local uuid=$1 dir=/sys/bus/mdev/devices/$1 users=() i status scribbler
    echo "$uuid" >"$type/create" || { say "not created"; return; }
    echo $((RANDOM % 3 * 100)) >"$delay"
    scribble "$uuid" &
    scribbler=$!
    "$fuzz" --leaving --seed "$RANDOM" --operations $((RANDOM % 60)) --threads 2 "$uuid" >"$said.0" 2>&1 &
    users+=($!)
    ((RANDOM % 2)) || sleep 0.$((RANDOM % 4))
    "$fuzz" --leaving --seed "$RANDOM" --operations 5 --threads 2 "$uuid" >"$said.1" 2>&1 &
    users+=($!)
    ((RANDOM % 2)) || sleep 0.$((RANDOM % 4))
    ((RANDOM % 2)) || kill -KILL "${users[0]}" 2>/dev/null
    if ((RANDOM % 4 == 0)); then
        # Refused where the removal is first.
        (echo "$uuid" >/sys/bus/mdev/drivers/vgpu-vfio/unbind || exit 2) 2>/dev/null &
        users+=($!)
    fi
    # shellcheck disable=SC2016 # expanded by the new shell
    timeout 60 sh -c 'echo 1 >"$1/remove"' sh "$dir" || say "removal ends with $?"
    for i in "${!users[@]}"; do
        wait "${users[i]}" && status=0 || status=$?
        case $status in
        0 | 2 | 137) ;; # it could not be opened any more; killed
        *) say "user $i ends with $status: $(grep -v '^ ' "$said.$i")" ;;
        esac
    done
    [[ ! -e $dir ]] || say "$uuid is still there"
    wait "$scribbler"
    [[ ! -s $mistake ]] || say "$(<"$mistake")"
}

failed=0
before=$(<"$type/available_instances")
mistake=$(mktemp)
said=$(mktemp)
trap 'rm -f "$mistake" "$said"*' EXIT
for ((round = 1; round <= rounds; round++)); do
    one_round "$(printf 'cccccccc-0000-4000-8000-%012x' "$round")"
done
echo 0 >"$delay"
[[ $(<"$type/available_instances") == "$before" ]] ||
    say "instances were $before and are $(<"$type/available_instances")"
echo "seed $seed, $rounds rounds of create, open, remove: $([[ $failed == 0 ]] && echo all as expected || echo FAILED)"
exit "$failed"
