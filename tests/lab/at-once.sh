# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Many calls of the hook at the same moment, with no libvirt in between; read after hook.sh.

# at_once_put: what at_once needs in the machine, until the scenario ends.
at_once_put()
{
    cleanup "rm -rf /tmp/at-once"
    vm mkdir -p /tmp/at-once
    {
        echo "hook=$hook"
        cat <<'END'
cd /tmp/at-once || exit
call()
{
    flock -s -F gate "$hook" "$3" "$2" begin - <"$3.xml" >"$1.said" 2>&1
    echo $? >"$1.status"
}

calls=()
for what; do
    if [[ $what =~ ^(.*[^0-9])([0-9]+)-([0-9]+)$ ]]; then
        for ((i = BASH_REMATCH[2]; i <= BASH_REMATCH[3]; i++)); do
            calls+=("${BASH_REMATCH[1]}$i")
        done
    else
        calls+=("$what")
    fi
done
exec 9>gate
flock -x 9
for i in "${!calls[@]}"; do
    call "$i" "${calls[i]%%:*}" "${calls[i]#*:}" 9>&- &
done
sleep "$((${#calls[@]} / 64)).2"
flock -u 9
wait
for i in "${!calls[@]}"; do
    printf '%s %s %s\n' "${calls[i]/:/ }" "$(<"$i.status")" "$(sed 's/$/\\n/' "$i.said" | tr -d '\n')"
done
END
    } | vm_write /tmp/at-once/run
}

# at_once WHAT…: calls the hook, WHAT being OPERATION:DOMAIN, or OPERATION:dFIRST-LAST for
# domains dFIRST to dLAST. The XML of each is in the machine's /tmp/at-once/DOMAIN.xml. All
# are let go together. When all have ended it prints a line for each, in the order that they
# were named: OPERATION DOMAIN STATUS and what the hook said, each end of a line as "\n".
at_once()
{
    vm bash /tmp/at-once/run "$@"
}

# at_once_xml FIRST LAST OPTION…: XML for domains dFIRST to dLAST: what domain_xml makes of
# the options, in which VGPU-UUID becomes a uuid of each domain's own; it and the domain's
# own uuid end in the domain's number.
at_once_xml()
{
    local first=$1 last=$2
    shift 2
    domain_xml NAME --uuid DOMAIN-UUID "$@" | vm_write /tmp/at-once/template
    vm <<END
cd /tmp/at-once
for ((i = $first; i <= $last; i++)); do
    printf -v number '%012x' \$i
    sed "s/NAME/d\$i/g; s/DOMAIN-UUID/d0a1bead-0000-4000-8000-\$number/g
        s/VGPU-UUID/${uuid1%-*}-\$number/g" template >d\$i.xml
done
END
}

# owners: the domains that have a vGPU and a record that says so, in order; and whatever is
# there of the one without the other.
owners()
{
    vm <<'END' | sort
shopt -s nullglob
records=(/run/openvgpu/vgpus/*.json)
declare -A recorded
while read -r vgpu state domain; do
    recorded[$vgpu]=yes
    [[ $state == ready ]] || domain+=" $state"
    [[ -d /sys/bus/mdev/devices/$vgpu ]] || domain+=" has no vGPU $vgpu"
    echo "$domain"
done < <(((!${#records[@]})) || jq -r '"\(.vgpu) \(.state) \(.domain_name)"' "${records[@]}")
for vgpu in /sys/bus/mdev/devices/*; do
    [[ ${recorded[${vgpu##*/}]-} ]] || echo "nobody has ${vgpu##*/}"
done
for file in /run/openvgpu/vgpus/.*; do
    [[ ! -f $file ]] || echo "$file is there"
done
END
}
