"""B5: how soon a publication is in force on three scoring services under 16 callers."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("follow_bench")
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "follow_bench"), "publish"))
            for _ in range(max(1, repetitions // 3))]
    taken = {name: [run[name] for run in runs] for name in runs[0]}
    # The worst run counts.
    stream, polls, apart = (max(taken[name]) for name in ("stream_p99", "polls_p99", "switches_apart"))
    return [
        measuring.in_time("B5", "publication in force on 3 instances, p99 by stream", stream, taken["stream_p99"], 250),
        measuring.Row("B5", "… median by stream", f"{measuring.median(taken['stream_median']):,.0f} ms",
                      measuring.spread(taken["stream_median"])),
        measuring.in_time("B5", "… p99 by polls alone", polls, taken["polls_p99"], taken["poll_interval"][0] + 1000),
        measuring.in_time("B5", "scheduled switches, instances furthest apart", apart, taken["switches_apart"], 100),
    ]
