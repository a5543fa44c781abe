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

# cache_prune KIND: drops the folders of KIND that nothing used for a month.
cache_prune()
{
    local old
    while IFS= read -r -d '' old; do
        rm -rf --one-file-system "$old" "$old.lock"
    done < <(find "$lab_cache" -maxdepth 1 -type d -name "$1-*" ! -name '*.new' \
        -mtime +30 -print0)
}
