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
    of_2026 = [line for name, line in runs[0].items() if name not in ("largest", "hard")]
    plans = sum(line["plans"] for line in of_2026)
    proven = plans - sum(line["unproven"] for line in of_2026)
    checked = sum(line["plans"] for line in runs[0].values())
    right = sum(line["right"] for line in runs[0].values())
    return [
        measuring.Row("B4", f"p99 of plans ({slowest})", f"{p99:.2f} ms", measuring.spread(p99s[slowest], 2),
                      target="<= 5 ms", met=p99 <= 5),
        measuring.Row("B4", "plans proven", f"{proven}", against=f"{plans}", ratio=proven / plans, least_ratio=1),
        measuring.Row("B4", "plans that meet their target, or prove that none does", f"{right}",
                      against=f"{checked}", ratio=right / checked, least_ratio=1),
    ] + [
        measuring.Row("B4", what, f"{measuring.median(took):,.0f} ms", measuring.spread(took),
                      target="a plan", met=runs[0][name]["right"] == runs[0][name]["plans"])
        for name, what in (("largest", "slowest plan, 3,072-4,096 scenarios"),
                           ("hard", "plan, 4,096 scenarios x 16 levels, 12 shares"))
        for took in [[run[name]["most"] for run in runs]]
    ]
