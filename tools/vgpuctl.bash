# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of vgpuctl in bash: verbs and options from its own help, names from its own lists.
# Names of domains and what their metadata says are others' text: bash must expand none of it.

# _vgpuctl_column KIND COLUMN: one column of "vgpuctl list KIND", without its title.
_vgpuctl_column()
{
    vgpuctl "${root[@]}" list "$1" 2>/dev/null | tail -n +2 | cut -f "$2" | grep -vx -e - | sort -u
}

# _vgpuctl_domain_vgpus DOMAIN: the vGPUs that a domain's metadata names, and its mdevs.
_vgpuctl_domain_vgpus()
{
    local quote="['\"]"
    { virsh -q dumpxml --inactive "$1" && virsh -q dumpxml "$1"; } 2>/dev/null |
        sed -nE "s/.*<(vgpu:vgpu|address) .*(uuid|address)=$quote([^'\"]+)$quote.*/\3/p" | sort -u
}

# _vgpuctl_words VERB WORD-BEFORE [FIRST-WORD]: what can come next, a line each; FIRST-WORD is what
# stands after the verb.
_vgpuctl_words()
{
    case $2 in
    --type)
        _vgpuctl_column types 4
        return
        ;;
    --parent)
        _vgpuctl_column gpus 1
        [[ $1 != @(create|define|attach) ]] || echo auto
        return
        ;;
    --placement)
        printf '%s\n' spread compact
        [[ $1 != attach ]] || echo numa
        return
        ;;
    --framebuffer)
        _vgpuctl_column types 5
        return
        ;;
    --uuid | --attr | --drop | --connect | --timeout | --count) return ;;
    esac
    case $1 in
    '') vgpuctl --help 2>/dev/null | sed -n '/^Verbs:/,$ s/^  \([a-z]*\) .*/\1/p' ;;
    list) printf '%s\n' gpus types vgpus definitions domains ;;
    show)
        _vgpuctl_column vgpus 1
        _vgpuctl_column gpus 1
        ;;
    remove | define) _vgpuctl_column vgpus 1 ;;
    undefine | modify | autostart) _vgpuctl_column definitions 1 ;;
    restore)
        _vgpuctl_column gpus 1
        _vgpuctl_column definitions 1
        ;;
    attach | detach | plan)
        if [[ ! ${3-} ]]; then
            virsh -q list --all --name 2>/dev/null
        elif [[ $1 == detach ]]; then
            _vgpuctl_domain_vgpus "$3"
        fi
        ;;
    esac
    vgpuctl ${1:+"$1"} --help 2>/dev/null | sed -nE 's/^ +(-[a-z], )?(--[a-z]+(-[a-z]+)*).*/\2/p'
}

# _vgpuctl_reply WORD: the lines of standard input that WORD begins, as they are to be typed.
_vgpuctl_reply()
{
    local line quoted
    COMPREPLY=()
    while IFS= read -r line; do
        printf -v quoted %q "$line"
        if [[ $line && ($line == "$1"* || $quoted == "$1"*) ]]; then
            COMPREPLY+=("$quoted")
        fi
    done
}

# _vgpuctl_join: puts together in "words" what readline breaks at "=" and ":", as it does in
# "--option=value" and in PCI addresses.
_vgpuctl_join()
{
    local joined=() glue='' i
    for ((i = 0; i < ${#words[@]}; i++)); do
        if ((i > 1)) && [[ ${words[i]} =~ ^[=:]+$ ]]; then
            joined[-1]+=${words[i]}
            glue=yes
        elif [[ $glue && ${words[i]} != -* ]]; then
            joined[-1]+=${words[i]}
            glue=''
        else
            joined+=("${words[i]}")
            glue=''
        fi
        ((i != cword)) || cword=$((${#joined[@]} - 1))
    done
    words=("${joined[@]}")
}

_vgpuctl()
{
    local words=("${COMP_WORDS[@]}") cword=$COMP_CWORD word before verb='' first='' i
    local root=()
    _vgpuctl_join
    word=${words[cword]}
    before=${words[cword - 1]}
    if [[ $word == --*=* ]]; then
        before=${word%%=*} word=${word#*=}
    fi
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
        --root)
            i=$((i + 1))
            root=(--root "${words[i]}")
            ;;
        --root=*) root=("${words[i]}") ;;
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
            first=${words[i]//\\/}
            break
            ;;
        esac
    done
    if [[ $before == --xml ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
    fi
    if [[ $before == --root ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
    fi
    _vgpuctl_reply "$word" < <(_vgpuctl_words "$verb" "$before" "$first")
    # It replaces the last piece alone.
    if [[ $COMP_WORDBREAKS == *:* && $word == *:* ]]; then
        word=${word%"${word##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$word"}")
    fi
}

complete -F _vgpuctl vgpuctl
