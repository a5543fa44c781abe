# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the lab keeps: one folder a thing, named by a hash of what it is made of.

lab_cache=${XDG_CACHE_HOME:-$HOME/.cache}/openvgpu

# cache_key PART…: a short hash of the contents of files and of other words.
cache_key()
{
    local part
    for part in "$@"; do
        if [[ -f $part ]]; then
            cat "$part"
        else
            printf '%s\n' "$part"
        fi
    done | sha256sum | cut -c1-12
}

# cache_make VARIABLE TEXT KIND KEY BUILDER ARGS…: sets VARIABLE to the folder
# of KIND and KEY. If it is not there, BUILDER ARGS… FOLDER fills a temporary
# folder that is then renamed: what is there is whole. Two that want the same
# wait for each other.
cache_make()
{
    local variable=$1 text=$2 kind=$3 key=$4 lock
    local dir=$lab_cache/$kind-$key
    shift 4
    if [[ ! -d $dir ]]; then
        mkdir -p "$lab_cache"
        exec {lock}>"$lab_cache/$kind-$key.lock"
        flock "$lock"
        if [[ ! -d $dir ]]; then
            rm -rf --one-file-system "$dir.new"
            mkdir "$dir.new"
            step "$text" "$@" "$dir.new" || {
                rm -rf --one-file-system "$dir.new"
                die "could not make $dir"
            }
            mv "$dir.new" "$dir"
        fi
        exec {lock}>&-
        cache_prune "$kind"
    fi
    touch -c "$dir"
    printf -v "$variable" '%s' "$dir"
}

# cache_prune KIND: drops the folders of KIND but the two used last, those used within
# the hour and those that machines stand on.
cache_prune()
{
    local dir left=2
    local -A used
    while IFS= read -r dir; do
        used[$dir]=yes
    done < <(find "$lab_cache/machines" -mindepth 2 -maxdepth 2 -type l -printf '%l\n' 2>/dev/null)
    while read -r dir; do
        ((left-- <= 0)) && [[ ! ${used[$dir]-} ]] && [[ $(find "$dir" -maxdepth 0 -mmin +60) ]] ||
            continue
        rm -rf --one-file-system "$dir" "$dir.lock"
    done < <(find "$lab_cache" -maxdepth 1 -type d -name "$1-$(cache_any_key)" -printf '%T@ %p\n' |
        sort -rn | cut -d' ' -f2-)
}

# cache_any_key: what a key looks like, as a pattern.
cache_any_key()
{
    printf '[0-9a-f]%.0s' {1..12}
}
