"""B3: ScoreBatch over gRPC on one core, beside the kernel alone."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("rpc_bench")
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "rpc_bench"), "batch"))
            for _ in range(max(1, repetitions // 3))]
    batch, kernel = ([run[name] for run in runs] for name in ("batch", "kernel"))
    rate = measuring.median(batch)
    return [measuring.Row("B3", "ScoreBatch, assessments a second on one core", f"{rate:,.0f}", measuring.spread(batch),
                          f"{measuring.median(kernel):,.0f}", target=">= 5,000,000", met=rate >= 5e6)]
