#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds vgpu-backend(7) to the code: what it quotes is in the sample, each piece in one
# place, and the messages it explains are the front end's.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
page=$top/docs/vgpu-backend.7
sample=$top/kmod/sample/vgpu-sample.c
dir=$(mktemp -d "${TMPDIR:-/tmp}/backend-page.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT

# squeeze: one line, any white space one blank.
squeeze() {
    tr -s ' \t\n' ' ' | sed 's/^ //; s/ $//'
}

# each ".EX" to ".EE" goes to a file, as a reader sees it; commands to type begin with "#"
awk -v dir="$dir" '
    /^[.]EE/ { on = 0 }
    on { gsub(/\\-/, "-"); gsub(/\\\(aq/, "\047"); gsub(/\\&/, ""); gsub(/\\e/, "\\")
         print > (dir "/" n) }
    /^[.]EX/ { on = 1; n++ }' "$page"

squeeze <"$sample" >"$dir/sample"
quotes=0
failed=0
for quote in "$dir"/[0-9]*; do
    case $(head -c 2 "$quote") in '# ') continue ;; esac
    squeeze <"$quote" >"$dir/one"
    quotes=$((quotes + 1))
    if ! awk 'NR == FNR { sample = $0; next } { exit index(sample, $0) == 0 }' \
        "$dir/sample" "$dir/one"; then
        echo "vgpu-backend(7) quotes what is not in $sample:" >&2
        cat "$quote" >&2
        failed=1
    fi
done
if [ "$quotes" -lt 10 ]; then
    echo "only $quotes quotes were found in $page" >&2
    failed=1
fi

# Of each message the longest piece without names and numbers.
sed -n 's/^[.]I back end \\(dq[.]*\\(dq//p' "$page" |
    sed "s/\\\\(aq/'/g; s/\\\\-[A-Z]*//g" |
    awk '{ n = split($0, pieces, /[0-9.:]+|[A-Z][A-Z]+/); longest = ""
        for (i = 1; i <= n; i++) if (length(pieces[i]) > length(longest)) longest = pieces[i]
        sub(/^ */, "", longest); sub(/ *$/, "", longest); print longest }' >"$dir/messages"
while read -r message; do
    if ! grep -qF "$message" "$top"/kmod/vfio/*.c; then
        echo "vgpu-backend(7) explains a message the front end does not have: $message" >&2
        failed=1
    fi
done <"$dir/messages"
if [ "$(wc -l <"$dir/messages")" -lt 7 ]; then
    echo "too few messages were found in $page" >&2
    failed=1
fi
exit $failed
