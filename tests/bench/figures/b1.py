"""B1: one assessment scored in process, beside an honest loop and OPA."""
import json
import os
import sys

import measuring

FOLDER = os.path.join(measuring.ROOT, "build", "bench", "b1")
OPA = os.path.join(measuring.ROOT, "build", "deps", "bin", "opa")
POLICY = ("-d", "policy.rego", "-d", "data.json")


def prepare():
    measuring.run("deploy/local/install", "bench", "--yes")
    measuring.build("score_bench", "rego_files")
    os.makedirs(FOLDER, exist_ok=True)
    measuring.run(os.path.join(measuring.PROGRAMS, "rego_files"), FOLDER)


def check_opa():
    """OPA has to say the same as the engine before its time means anything."""
    results = json.loads(measuring.run(OPA, "eval", "-f", "raw", *POLICY, "-d", "inputs.json", "data.zhiping.results",
                                       cwd=FOLDER))
    with open(os.path.join(FOLDER, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    if not expected or results != expected:
        sys.exit("B1: OPA and the engine disagree")
    return len(expected)


def opa():
    output = json.loads(measuring.run(OPA, "bench", "--format", "json", *POLICY, "-i", "one.json",
                                      "data.zhiping.result", cwd=FOLDER))
    return output["T"] / output["N"]


def measure(repetitions):
    prepare()
    print(f"B1: OPA and the engine agree on {check_opa()} assessments", flush=True)
    taken = measuring.in_turns(repetitions, {
        "score": lambda: measuring.google_benchmark("score_bench", "BM_Score"),
        "loop": lambda: measuring.google_benchmark("score_bench", "BM_OnePassLoop"),
        "opa": opa,
    })
    score, loop, by_opa = (measuring.median(taken[name]) for name in ("score", "loop", "opa"))
    measured, spread = f"{score:.1f} ns", measuring.spread(taken["score"], 1)
    return [
        measuring.Row("B1", "score one assessment", measured, spread, target="<= 60 ns", met=score <= 60),
        measuring.Row("B1", "… against a one-pass loop", measured, spread, f"{loop:,.0f} ns", loop / score, 2),
        measuring.Row("B1", "… against OPA", measured, spread, f"{by_opa:,.0f} ns", by_opa / score, 10000),
    ]
