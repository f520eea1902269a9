"""B4: how long upgrade plans take, and whether they are proven."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("plan_bench")
    runs = []
    for _ in range(repetitions):
        lines = measuring.run(os.path.join(measuring.PROGRAMS, "plan_bench"), "500", "4").splitlines()
        runs.append({line["name"]: line for line in map(json.loads, lines)})
    names = [name for name in runs[0] if name.startswith("open")]
    p99s = {name: [run[name]["p99"] for run in runs] for name in names}
    slowest = max(names, key=lambda name: measuring.median(p99s[name]))
    p99 = measuring.median(p99s[slowest])
    plans = sum(runs[0][name]["plans"] for name in runs[0] if name != "largest")
    proven = plans - sum(runs[0][name]["unproven"] for name in runs[0] if name != "largest")
    largest = runs[0]["largest"]
    took = [run["largest"]["most"] for run in runs]
    return [
        measuring.Row("B4", f"p99 of plans ({slowest})", f"{p99:.2f} ms", measuring.spread(p99s[slowest], 2),
                      target="<= 5 ms", met=p99 <= 5),
        measuring.Row("B4", "plans proven", f"{proven}", against=f"{plans}", ratio=proven / plans, least_ratio=1),
        measuring.Row("B4", "slowest plan, 3,072-4,096 scenarios", f"{measuring.median(took):.1f} ms",
                      measuring.spread(took, 1), target="a plan",
                      met=largest["plans"] > 0),
    ]
