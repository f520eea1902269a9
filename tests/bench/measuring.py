"""What the figures share: building programs, running them in turns, and rows of the table."""
import dataclasses
import json
import os
import statistics
import subprocess
import sys
from typing import Callable, Dict, List, Optional

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = os.path.join(ROOT, "build", "release", "tests")
# What a ratio may fall short of its target by, or a time exceed it by, on a busy machine.
SLACK = 0.2


@dataclasses.dataclass
class Row:
    figure: str
    what: str
    measured: str
    spread: str = ""
    against: str = ""
    # How many times better than what it is compared to; asserted.
    ratio: Optional[float] = None
    least_ratio: Optional[float] = None
    # For a figure without a ratio.
    target: str = ""
    met: bool = True
    # What is measured is asserted, though it has no ratio.
    exceeded: bool = False

    def cells(self) -> List[str]:
        if self.ratio is None:
            return [self.figure, self.what, self.measured, self.spread, self.against, "", self.target,
                    "met" if self.met else "NOT MET"]
        return [self.figure, self.what, self.measured, self.spread, self.against, f"{self.ratio:,.2f}",
                f">= {self.least_ratio:,g}", "met" if self.ratio >= self.least_ratio else "NOT MET"]

    def misses(self) -> bool:
        return self.exceeded or (self.ratio is not None and self.ratio < (1 - SLACK) * self.least_ratio)


def in_time(figure: str, what: str, measured: float, taken: List[float], most: float) -> Row:
    """A time in milliseconds that is promised and asserted."""
    return Row(figure, what, f"{measured:,.0f} ms", spread(taken), target=f"<= {most:,.0f} ms", met=measured <= most,
               exceeded=measured > (1 + SLACK) * most)


class Others:
    """What share of the processors others than this program and what it runs have used since this was made."""

    def __init__(self) -> None:
        self.begin = self.seconds()

    @staticmethod
    def seconds():
        with open("/proc/stat", encoding="utf-8") as lines:
            user, nice, system, idle, iowait, irq, softirq, steal = map(int, lines.readline().split()[1:9])
        per_second = os.sysconf("SC_CLK_TCK")
        busy = (user + nice + system + irq + softirq + steal) / per_second
        return busy, busy + (idle + iowait) / per_second, sum(os.times()[:4])

    def share(self) -> float:
        busy, passed, own = (now - then for now, then in zip(self.seconds(), self.begin))
        return max(0.0, busy - own) / max(passed, 1e-9)


def run(*command: str, cwd: str = ROOT) -> str:
    """Runs a program to its end and returns what it prints; a failure ends everything."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"{' '.join(command)} failed with {done.returncode}")
    return done.stdout


def build(*targets: str) -> None:
    """Builds targets of the release preset."""
    run("cmake", "--preset", "release")
    run("cmake", "--build", "--preset", "release", "--target", *targets)


def google_benchmark(program: str, name: str) -> float:
    """Nanoseconds of processor time of one iteration, in one short run."""
    output = run(os.path.join(PROGRAMS, program), f"--benchmark_filter=^{name}$", "--benchmark_format=json",
                 "--benchmark_min_time=0.3")
    (benchmark,) = json.loads(output)["benchmarks"]
    if benchmark.get("error_occurred"):
        sys.exit(f"{name}: {benchmark['error_message']}")
    return benchmark["cpu_time"]


def in_turns(repetitions: int, measures: Dict[str, Callable[[], float]]) -> Dict[str, List[float]]:
    """Takes each measure once, then each again, so that what else the machine does meets them all."""
    taken: Dict[str, List[float]] = {name: [] for name in measures}
    for _ in range(repetitions):
        for name, measure in measures.items():
            taken[name].append(measure())
    return taken


def spread(numbers: List[float], digits: int = 0) -> str:
    return f"{min(numbers):,.{digits}f}-{max(numbers):,.{digits}f}"


median = statistics.median
