"""B12: events a second through WatchSubmissions with 8 writers on PostgreSQL, beside the writers without the log."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("feed_bench", "zhiping-assessment", "zhiping-catalogue", "zhiping-scoring")
    # The program itself interleaves five rounds of both.
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "feed_bench")))
            for _ in range(max(1, repetitions // 5))]
    events, without = ([number for run in runs for number in run[name]] for name in ("events", "without"))
    rate, bare = measuring.median(events), measuring.median(without)
    measured, spread = f"{rate:,.0f}", measuring.spread(events)
    return [
        measuring.Row("B12", "events a second through the log, 8 writers", measured, spread, target=">= 1,000",
                      met=rate >= 1000),
        measuring.Row("B12", "… beside writers without the log", measured, spread, f"{bare:,.0f}", rate / bare, 0.8),
    ]
