"""B2: unary Score over gRPC on one core, beside an echo of the same messages on the same server, and where callers
are identified by tokens beside where nobody is asked."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("rpc_bench")
    # The program itself interleaves rounds of both.
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "rpc_bench"), "unary"))
            for _ in range(max(1, repetitions // 3))]

    def row(what, field, unit, target, name="score", against="echo"):
        taken = [run[name][field] for run in runs]
        measured, other = measuring.median(taken), measuring.median([run[against][field] for run in runs])
        # More is better of rates, less of times.
        ratio = other / measured if unit else measured / other
        return measuring.Row("B2", what, f"{measured:,.0f}{unit}", measuring.spread(taken),
                             f"{other:,.0f}{unit}", ratio, target)

    return [
        row("Score, calls a second on one core", "per_second", "", 0.85),
        row("… p99 at a quarter of that rate", "p99", " us", round(1 / 1.3, 2)),
        row("… processor time of the server a call", "processor", " us", 0.85),
        row("… calls a second with a token, beside without", "per_second", "", 0.9, "token", "score"),
    ]
