"""B5: how soon a publication is in force on three scoring services under 16 callers."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("follow_bench")
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "follow_bench"), "publish"))
            for _ in range(max(1, repetitions // 3))]
    taken = {name: [run[name] for run in runs] for name in runs[0]}
    stream, polls = (measuring.median(taken[name]) for name in ("stream_p99", "polls_p99"))
    apart = max(taken["switches_apart"])
    limit = taken["poll_interval"][0] + 1000
    return [
        measuring.Row("B5", "publication in force on 3 instances, p99 by stream", f"{stream:,.0f} ms",
                      measuring.spread(taken["stream_p99"]), target="<= 250 ms", met=stream <= 250),
        measuring.Row("B5", "… median by stream", f"{measuring.median(taken['stream_median']):,.0f} ms",
                      measuring.spread(taken["stream_median"]), target=""),
        measuring.Row("B5", "… p99 by polls alone", f"{polls:,.0f} ms", measuring.spread(taken["polls_p99"]),
                      target=f"<= {limit:,.0f} ms", met=polls <= limit),
        measuring.Row("B5", "scheduled switches, instances furthest apart", f"{apart:,.0f} ms",
                      measuring.spread(taken["switches_apart"]), target="<= 100 ms", met=apart <= 100),
    ]
