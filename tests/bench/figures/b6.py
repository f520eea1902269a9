"""B6: from the start of a scoring process to its first answer under the release in force."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("follow_bench")
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "follow_bench"), "start"))
            for _ in range(max(1, repetitions // 3))]
    rows = []
    for source, title in (("redis", "from Redis"), ("catalogue", "from the catalogue"), ("disk", "from its folder")):
        taken = [took for run in runs for took in run[source]]
        rows.append(measuring.in_time("B6", f"scoring's first answer after a start, {title}", measuring.median(taken),
                                      taken, 300))
    return rows
