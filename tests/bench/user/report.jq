# SPDX-License-Identifier: LGPL-2.1-or-later
# Works out what vgpu-bench-user measured. Reads the JSON of one or more runs (jq --slurp);
# writes one object with all series, "rows" (median, 10 and 90 % of each, its ratio to what it
# is compared with, round by round) and "goals", or, with --arg form table, two tables of them.

def at($part): sort | .[(length - 1) * $part | round];
def series($m; $alive; $subject):
    first(.series[] | select(.measure == $m and .alive == $alive and .subject == $subject)) // null;

# Ratios of samples that were taken in the same round.
def ratios($a; $b):
    [[$a.values, $b.values] | transpose[] | select(.[0] != null and .[1] != null and .[1] != 0) |
        .[0] / .[1]];

# What each figure is compared with.
def base:
    if .measure == "list" then "ours" elif .measure == "libvirt settles" then "no callout"
    else "limit" end;

def row($all):
    . as $s | base as $base | ($all | series($s.measure; $s.alive; $base)) as $against |
    {measure, unit, subject, alive, gpus, samples: (.values | length),
        median: (.values | at(0.5)), low: (.values | at(0.1)), high: (.values | at(0.9))} +
    if $against then
        ratios($s; $against) |
        {against: $base, ratio: at(0.5), ratio_low: at(0.1), ratio_high: at(0.9)}
    else {} end;

def shown: if . >= 100 then round elif . >= 10 then . * 10 | round / 10 else . * 100 | round / 100 end;

# Subject $a over subject $b at the level of the series that is the input.
def goal($all; $a; $b; $want; reached):
    . as $s |
    [$all | series($s.measure; $s.alive; $a), series($s.measure; $s.alive; $b)] as [$x, $y] |
    if $x and $y then
        (ratios($x; $y) | at(0.5)) as $seen |
        {measure, alive, what: "\($a) over \($b)", want: $want, seen: $seen,
            reached: ($seen | reached)}
    else empty end;

def is_most($all): . as $s | .alive == ([$all.series[] | select(.measure == $s.measure).alive] | max);

# Cost of a vGPU with the most over that at the level before, of ours and of the limit.
def goal_linear($all):
    . as $s | [$all.series[] | select(.measure == $s.measure and .subject == $s.subject)] |
    sort_by(.alive) |
    if length < 2 or .[-2].alive == 0 then empty
    else
        (.[-2:] | map((.values | at(0.5)) / .alive) | .[1] / .[0]) as $seen | $s |
        {measure, alive, what: "\(.subject), a vGPU, over fewer", want: "<= 1.10", seen: $seen,
            reached: ($seen <= 1.1)}
    end;

def goals($all):
    if .measure == "prepare" and .alive == 0 then
        goal($all; "ours"; "limit"; "<= 1.30"; . <= 1.3),
        goal($all; "shell hook"; "ours"; ">= 4"; . >= 4)
    elif .measure == "ordinary domain" and .alive == 0 then
        goal($all; "ours"; "limit"; "< 2"; . < 2)
    elif .measure == "restore" and is_most($all) then
        goal($all; "ours"; "limit"; "<= 1.20"; . <= 1.2),
        goal($all; "ours"; "mdevctl"; "<= 1"; . <= 1),
        goal_linear($all)
    elif .measure == "list" and is_most($all) then
        goal($all; "mdevctl"; "ours"; ">= 10"; . >= 10),
        goal($all; "mdevctl, our callout"; "ours"; ">= 10"; . >= 10),
        goal($all; "mdevctl, attributes"; "ours"; ">= 10"; . >= 10),
        goal_linear($all)
    else empty end;

# One for each level, told by the one subject that all of them have.
def goals_settle($all):
    if .measure == "libvirt settles" and .subject == "our callout" then
        goal($all; "our callout"; "no callout"; "< 1.33"; . < 4 / 3)
    else empty end;

def joined:
    {format: .[0].format, kernel: .[0].kernel, processors: .[0].processors,
        series: [.[] | {gpus} as $run | .series[] | . + $run]};

def worked_out:
    joined | . as $all | . + {
        rows: [.series[] | row($all)],
        goals: [.series[] | (select(.subject == "ours") | goals($all)), goals_settle($all)],
    };

# How much what does the least varies: on an idle machine a few per cent.
def unrest: [.rows[] | select(.subject == "limit" and .samples >= 5) | .high / .low] | max // 1;

def pad($n): tostring | . + " " * ([$n - length, 0] | max);
def pad_left($n): tostring | " " * ([$n - length, 0] | max) + .;

def line:
    ("\(.measure), \(.unit)" | pad(21)) + (.alive | pad_left(6)) + (.gpus | pad_left(6)) + "  " +
    (.subject | pad(25)) + (.median | shown | pad_left(9)) +
    ("  \(.low | shown)-\(.high | shown)" | pad(20)) +
    if .ratio and .subject != .against then "\(.ratio | shown) x \(.against)" else "" end;

def table:
    "Linux \(.kernel), \(.processors) processors",
    if unrest > 1.5 then "The machine was busy: the limit varies by \(unrest | shown). Measure again." else empty end,
    ("operation" | pad(21)) + ("vGPUs" | pad_left(6)) + ("GPUs" | pad_left(6)) + "  " +
        ("program" | pad(25)) + ("median" | pad_left(9)) + ("  10-90 %" | pad(20)) + "against",
    (.rows[] | line),
    "",
    ("to reach" | pad(21)) + ("vGPUs" | pad_left(6)) + "  " + ("what" | pad(34)) +
        ("wanted" | pad(10)) + ("seen" | pad(8)) + "reached",
    (.goals[] | (.measure | pad(21)) + (.alive | pad_left(6)) + "  " + (.what | pad(34)) +
        (.want | pad(10)) + (.seen | shown | pad(8)) + if .reached then "yes" else "no" end);

worked_out | if $form == "table" then table else . end
