# SPDX-License-Identifier: LGPL-2.1-or-later
# Works out what vgpu-bench-console measured. Reads its JSON and that of the memory; writes
# them with "rows" (medians, 10 and 90 %, ratios sample by sample) and "goals", or, with
# --arg form table, two tables of them.

def at($part): sort | .[(length - 1) * $part | round];
def shown: if . >= 100 then round elif . >= 10 then . * 10 | round / 10 else . * 100 | round / 100 end;
def values($measure; $subject):
    first(.[] | select(.measure == $measure and .subject == $subject)).values;

def rows:
    . as $all | [.[].measure] | unique | map(. as $measure |
        ($all | values($measure; "ours")) as $ours | ($all | values($measure; "qemu")) as $qemu |
        ([$ours, $qemu] | transpose | map(.[0] / .[1])) as $ratios |
        {measure: $measure, ours: ($ours | at(0.5)), qemu: ($qemu | at(0.5)),
            ratio: ($ratios | at(0.5)), ratio_low: ($ratios | at(0.1)), ratio_high: ($ratios | at(0.9))});

def goals($memory):
    map(if .measure | endswith("MB/s") then
        {measure, what: "QEMU's own display", want: ">= 1", seen: .ratio, reached: (.ratio >= 1)}
    else
        {measure, what: "QEMU's own display", want: "<= 1", seen: .ratio, reached: (.ratio <= 1)}
    end) +
    [($memory.framebuffer_bytes - $memory.touched) / 1024 |
        {measure: "video memory, KiB", what: "above the pages touched", want: "<= 64", seen: .,
            reached: (. <= 64)}];

def pad($n): tostring | . + " " * ([$n - length, 0] | max);
def table:
    ("operation" | pad(28)) + "ours    qemu    ratio (10 to 90 %)",
    (.rows[] | (.measure | pad(28)) + (.ours | shown | pad(8)) + (.qemu | shown | pad(8)) +
        "\(.ratio | shown) (\(.ratio_low | shown) to \(.ratio_high | shown))"),
    "",
    ("to reach" | pad(28)) + "beside                    wanted  seen",
    (.goals[] | (.measure | pad(28)) + (.what | pad(26)) + (.want | pad(8)) + (.seen | shown | pad(8)) +
        if .reached then "reached" else "not reached" end);

.[0].series as $series | .[1] as $memory |
    {series: $series, memory: $memory, rows: ($series | rows)} |
    .goals = (.rows | goals($memory)) |
    if $form == "table" then table else . end
