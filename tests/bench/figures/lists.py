"""Lists, queues and the log of the assessment service over gRPC: as fast with many enterprises as with 1,000, on both
databases."""
import json
import os

import measuring

FEW = 1000
# As a province has them: 100000, which takes minutes to fill (README.md).
MANY = int(os.environ.get("ZHIPING_BENCH_ENTERPRISES", "20000"))
# What takes less, in milliseconds, is not compared: a millisecond is nobody's wait.
LEAST = 1.0
MOST_TIMES = 2


def measure(_):
    measuring.build("list_bench", "zhiping-assessment", "zhiping-catalogue", "zhiping-scoring")
    rows = []
    for database, title in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        lists = json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "list_bench"), database, str(FEW),
                                         str(MANY)))
        within = 0
        for name, taken in lists.items():
            few, many = (taken[side]["p99"] for side in ("few", "many"))
            if many <= max(LEAST, MOST_TIMES * few):
                within += 1
                continue
            rows.append(measuring.Row("lists", f"{title}: {name}, p99", f"{many:.1f} ms",
                                      against=f"{few:.1f} ms", target=f"<= {MOST_TIMES} x", met=False))
        slowest = max(taken["many"]["p99"] for taken in lists.values())
        rows.append(measuring.Row("lists", f"{title}: {MANY:,} enterprises within {MOST_TIMES} x of {FEW:,}, p99",
                                  f"{within} of {len(lists)}", f"at most {slowest:.1f} ms", target="all",
                                  met=within == len(lists)))
    return rows
