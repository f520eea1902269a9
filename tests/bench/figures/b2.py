"""B2: unary Score over gRPC on one core, beside an echo of the same messages on the same server."""
import json
import os

import measuring


def measure(repetitions):
    measuring.build("rpc_bench")
    # The program itself interleaves seven rounds of both.
    runs = [json.loads(measuring.run(os.path.join(measuring.PROGRAMS, "rpc_bench"), "unary"))
            for _ in range(max(1, repetitions // 3))]
    taken = {name: [run[name] for run in runs] for name in runs[0]}
    middle = {name: measuring.median(numbers) for name, numbers in taken.items()}
    return [
        measuring.Row("B2", "Score, calls a second on one core", f"{middle['score']:,.0f}",
                      measuring.spread(taken["score"]), f"{middle['echo']:,.0f}", middle["ratio"], 0.85),
        measuring.Row("B2", "… p99 with 32 calls under way", f"{middle['score_p99']:,.0f} us",
                      measuring.spread(taken["score_p99"]), f"{middle['echo_p99']:,.0f} us", middle["p99_ratio"],
                      round(1 / 1.3, 2)),
    ]
