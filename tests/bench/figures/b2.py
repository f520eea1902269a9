"""B2: unary Score over gRPC on one core, beside an echo of the same messages on the same server."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("rpc_bench")
    # The program itself interleaves rounds of both.
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "rpc_bench"), "unary"))
            for _ in range(max(1, repetitions // 3))]

    def row(what, field, unit, target):
        taken = {name: [run[name][field] for run in runs] for name in ("score", "echo")}
        score, echo = measuring.median(taken["score"]), measuring.median(taken["echo"])
        # More is better of rates, less of times.
        ratio = echo / score if unit else score / echo
        return measuring.Row("B2", what, f"{score:,.0f}{unit}", measuring.spread(taken["score"]),
                             f"{echo:,.0f}{unit}", ratio, target)

    return [
        row("Score, calls a second on one core", "per_second", "", 0.85),
        row("… p99 at a quarter of that rate", "p99", " us", round(1 / 1.3, 2)),
        row("… processor time of the server a call", "processor", " us", 0.85),
    ]
