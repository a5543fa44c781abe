# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of vgpuctl in bash: verbs and options from its own help, names from its own lists.

# _vgpuctl_column KIND COLUMN: one column of "vgpuctl list KIND", without its title.
_vgpuctl_column()
{
    vgpuctl list "$1" 2>/dev/null | tail -n +2 | cut -f "$2" | sort -u
}

# _vgpuctl_domain_vgpus DOMAIN: the vGPUs that a domain's metadata names, and its mdevs.
_vgpuctl_domain_vgpus()
{
    local quote="['\"]"
    { virsh -q dumpxml --inactive "$1" && virsh -q dumpxml "$1"; } 2>/dev/null |
        sed -nE "s/.*<(vgpu:vgpu|address) .*(uuid|address)=$quote([^'\"]+)$quote.*/\3/p" | sort -u
}

# _vgpuctl_words VERB WORD-BEFORE [FIRST-WORD]: what can come next; FIRST-WORD is what stands
# after the verb.
_vgpuctl_words()
{
    case $2 in
    --type) _vgpuctl_column types 4 && return ;;
    --parent) _vgpuctl_column gpus 1 && echo auto && return ;;
    --placement)
        echo spread compact
        [[ $1 != attach ]] || echo numa
        return
        ;;
    --framebuffer) _vgpuctl_column types 5 && return ;;
    --uuid | --attr | --drop | --connect | --timeout | --count) return ;;
    esac
    case $1 in
    '') vgpuctl --help 2>/dev/null | sed -n '/^Verbs:/,$ s/^  \([a-z]*\) .*/\1/p' ;;
    list) echo gpus types vgpus definitions domains ;;
    show) _vgpuctl_column vgpus 1 && _vgpuctl_column gpus 1 ;;
    remove | define) _vgpuctl_column vgpus 1 ;;
    undefine | modify | autostart) _vgpuctl_column definitions 1 ;;
    restore) _vgpuctl_column gpus 1 ;;
    attach | detach | plan)
        if [[ ! ${3-} ]]; then
            virsh -q list --all --name 2>/dev/null
        elif [[ $1 == detach ]]; then
            _vgpuctl_domain_vgpus "$3"
        fi
        ;;
    esac
    # shellcheck disable=SC2086 # an empty verb is no word
    vgpuctl $1 --help 2>/dev/null | grep -oE -e '--[a-z]+(-[a-z]+)*'
}

_vgpuctl()
{
    local words=("${COMP_WORDS[@]}") cword=$COMP_CWORD word before verb='' first='' i
    # A PCI address has colons, at which readline breaks words.
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n := words cword
    fi
    word=${words[cword]}
    before=${words[cword - 1]}
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
        --root) i=$((i + 1)) ;;
        -*) ;;
        *)
            verb=${words[i]}
            break
            ;;
        esac
    done
    for ((i++; i < cword; i++)); do
        case ${words[i]} in
        --type | --framebuffer | --parent | --placement | --uuid | --attr | --drop | --connect)
            i=$((i + 1))
            ;;
        -*) ;;
        *)
            first=${words[i]}
            break
            ;;
        esac
    done
    if [[ $before == --xml ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
    fi
    if [[ $before == --root ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$(_vgpuctl_words "$verb" "$before" "$first")" -- "$word")
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$word"
    fi
}

complete -F _vgpuctl vgpuctl
