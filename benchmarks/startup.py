"""Time from starting a process to its end, for what must not wait for TensorFlow.

    python benchmarks/startup.py [--rounds 9]

Medians over rounds in which all take turns; `above python` is the difference to a process that does nothing.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
HELP = "from tfaip.cli.train import main; main(['examples.tutorial.min', '--help'])"
PROCESSES = {
    "python": "pass",
    "import tfaip.params": "import tfaip.params",
    "import tfaip.pipeline": "import tfaip.pipeline",
    "tfaip-train examples.tutorial.min --help": HELP,
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(rounds):
        for name, code in PROCESSES.items():
            seconds[name].append(_time(code))
    print("| process | time | above python |")
    print("| --- | --- | --- |")
    python = statistics.median(seconds["python"])
    for name, measured in seconds.items():
        median = statistics.median(measured)
        print(f"| {name} | {median * 1000:.0f} ms | {(median - python) * 1000:.0f} ms |")


def _time(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
