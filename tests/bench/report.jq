# SPDX-License-Identifier: LGPL-2.1-or-later
# Works out what vgpu-bench measured. Reads its JSON; writes it again with "rows" (median,
# 10 and 90 % of each series, its ratio to the limit round by round) and "goals", or, with
# --arg as table, two tables of them.

def at($part): sort | .[(length - 1) * $part | round];
def series($m; $alive; $subject):
    first(.series[] | select(.measure == $m and .alive == $alive and .subject == $subject)) // null;
def more_is_better: .unit == "MB/s";
def figure: {median: (.values | at(0.5)), low: (.values | at(0.1)), high: (.values | at(0.9))};

# Ratios of samples that were taken in the same round.
def ratios($a; $b):
    [[$a.values, $b.values] | transpose[] | select(.[0] != null and .[1] != null and .[1] != 0) |
        .[0] / .[1]];

def row($all):
    . as $s | ($all | series($s.measure; $s.alive; "limit")) as $limit |
    {measure, unit, subject, alive, samples: (.values | length)} + figure +
    if $limit then
        ratios($s; $limit) | {ratio: at(0.5), ratio_low: at(0.1), ratio_high: at(0.9)}
    else {} end;

def samples: ["mtty", "mdpy", "mbochs"];

# The sample driver that is best at what $ours is, or null.
def best_sample($ours):
    [.series[] | select(.measure == $ours.measure and .alive == $ours.alive and
        (.subject | IN(samples[])))] |
    if length == 0 then null
    elif $ours | more_is_better then max_by(.values | at(0.5))
    else min_by(.values | at(0.5)) end;

def shown: if . >= 100 then round elif . >= 10 then . * 10 | round / 10 else . * 100 | round / 100 end;

def goal($what; $want; $seen; $reached):
    {measure, alive, what: $what, want: $want, seen: $seen, reached: $reached};

# As good as the best sample, within what that one's own figure varies.
def goal_samples($all):
    . as $ours | ($all | best_sample($ours)) as $best | (.values | at(0.5)) as $seen |
    if $best == null or (.measure | startswith("idle") or . == "first touch") then empty
    elif more_is_better then
        ($best.values | at(0.1)) as $want |
        goal("the best sample, \($best.subject)"; ">= \($want | shown)"; $seen; $seen >= $want)
    else
        ($best.values | at(0.9)) as $want |
        goal("the best sample, \($best.subject)"; "<= \($want | shown)"; $seen; $seen <= $want)
    end;

def goal_limit($all):
    . as $ours | ($all | series($ours.measure; $ours.alive; "limit")) as $limit |
    if $limit == null then empty
    elif .measure | startswith("register") then
        (ratios($ours; $limit) | at(0.5)) as $seen |
        goal("ratio to the limit"; "<= 1.15"; $seen; $seen <= 1.15)
    elif .measure | startswith("mapping") then
        ($limit, ($all | series($ours.measure; $ours.alive; "limit, huge pages"))) as $against |
        ($against // empty) | (ratios($ours; .) | at(0.5)) as $seen | $ours |
        goal("ratio to the \($against.subject)"; ">= 0.95"; $seen; $seen >= 0.95)
    else empty end;

def goal_memory:
    if .measure | startswith("idle") then
        (.values | at(0.5)) as $seen | goal("KiB of a vGPU"; "<= 64"; $seen; $seen <= 64)
    else empty end;

# Cost with the most alive over cost with one. Where there is a limit both are measured
# against it, so that a change of the machine in between does not count.
def goal_flat($all):
    . as $most |
    ($all | series($most.measure; 1; "ours")) as $one |
    if $one == null or .alive == 1 or .alive != ([$all.series[].alive] | max) then empty
    else
        [$all | series($most.measure; 1; "limit"), series($most.measure; $most.alive; "limit") |
            if . then .values | at(0.5) else 1 end] as [$limit_one, $limit_most] |
        (($most.values | at(0.5)) / $limit_most / (($one.values | at(0.5)) / $limit_one)) as $seen |
        if more_is_better then goal("cost over that with 1"; ">= 0.91"; $seen; $seen >= 0.91)
        else goal("cost over that with 1"; "<= 1.10"; $seen; $seen <= 1.10) end
    end;

def worked_out:
    . as $all | . + {
        rows: [.series[] | row($all)],
        goals: [.series[] | select(.subject == "ours") |
            goal_samples($all), goal_limit($all), goal_memory, goal_flat($all)],
    };

# How much the limit itself varies: on an idle machine a few per cent.
def unrest: [.rows[] | select(.subject == "limit" and .unit == "ns") | .high / .low] | max // 1;

def pad($n): tostring | . + " " * ([$n - length, 0] | max);
def cell: if . == null then "-" else "\(.median | shown) (\(.low | shown)-\(.high | shown))" +
    if .ratio and .subject != "limit" then " x\(.ratio | shown)" else "" end end;

def table_rows:
    . as $all | [.rows[] | [.measure, .alive, .unit]] | unique_by(.) |
    sort_by([.[0] as $m | [$all.rows[].measure] | index($m)], .[1]) | .[] as [$m, $alive, $unit] |
    ("\($m), \($unit)" | pad(26)) + ($alive | pad(6)) +
    (["ours", "mtty", "mdpy", "mbochs", "limit", "limit, huge pages"] | map(. as $subject |
        first($all.rows[] | select(.measure == $m and .alive == $alive and .subject == $subject)) //
        null | cell | pad(26)) | join(" "));

def table:
    "Linux \(.kernel), \(.processors) processors, \(.rounds) rounds; median (10-90 %), x ratio to the limit",
    if unrest > 1.5 then "The machine was busy: the limit varies by \(unrest | shown). Measure again." else empty end,
    ("operation" | pad(26)) + ("alive" | pad(6)) +
        (["ours", "mtty", "mdpy", "mbochs", "limit", "limit, huge pages"] | map(pad(26)) | join(" ")),
    table_rows,
    "",
    ("to reach" | pad(26)) + ("alive" | pad(6)) + ("against" | pad(30)) + ("wanted" | pad(12)) +
        ("seen" | pad(10)) + "reached",
    (.goals[] | (.measure | pad(26)) + (.alive | pad(6)) + (.what | pad(30)) + (.want | pad(12)) +
        (.seen | shown | pad(10)) + if .reached then "yes" else "no" end);

worked_out | if $as == "table" then table else . end
