"""B6: from the start of a scoring process to its first answer under the release in force."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("follow_bench")
    # The program itself takes the median of eleven starts.
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "follow_bench"), "start"))
            for _ in range(max(1, repetitions // 3))]
    rows = []
    for source, title in (("redis", "from Redis"), ("catalogue", "from the catalogue"), ("disk", "from its folder")):
        taken = [run[source] for run in runs]
        took = measuring.median(taken)
        rows.append(measuring.Row("B6", f"scoring's first answer after a start, {title}", f"{took:,.0f} ms",
                                  measuring.spread(taken), target="<= 300 ms", met=took <= 300))
    return rows
