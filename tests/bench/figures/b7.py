"""B7: Submit over gRPC, scored and signed, beside the rows that it writes with nothing else, on both databases."""
import json
import os

import measuring

# What a call of one caller may take longer than the rows alone, in milliseconds.
MOST_ADDED = 0.6


def rows_of(title, runs):
    def taken(callers, side, field):
        return [number for run in runs for number in run[callers][side][field]]

    raw, ours = taken("1", "raw", "median"), taken("1", "ours", "median")
    added = measuring.median(ours) - measuring.median(raw)
    rows = [measuring.Row("B7", f"Submit on {title}, 1 caller, median", f"{measuring.median(ours):.2f} ms",
                          measuring.spread(ours, 2), f"rows alone {measuring.median(raw):.2f} ms",
                          target=f"<= + {MOST_ADDED} ms", met=added <= MOST_ADDED)]
    raw, ours = taken("16", "raw", "per_second"), taken("16", "ours", "per_second")
    rows.append(measuring.Row("B7", f"Submit on {title}, 16 callers, a second", f"{measuring.median(ours):,.0f}",
                              measuring.spread(ours), f"rows alone {measuring.median(raw):,.0f}",
                              measuring.median(ours) / measuring.median(raw), 0.5))
    return rows


def measure(repetitions):
    measuring.build("submit_bench", "zhiping-assessment", "zhiping-catalogue", "zhiping-scoring")
    rows = []
    # The program itself interleaves five rounds of both.
    for database, title in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "submit_bench"), database))
                for _ in range(max(1, repetitions // 5))]
        rows += rows_of(title, runs)
    return rows
