"""Time from starting a process to its end, for what must not wait for TensorFlow.

    python benchmarks/startup.py [--rounds 9]
    python benchmarks/startup.py --imports

Medians over rounds in which all take turns, after one that isn't counted: it writes the bytecode, as an installation
does. `above python` is the difference to a process that does nothing.
`--imports` lists the foreign modules that tfaip imports and that take over 10 ms, TensorFlow left out: the least of the
rounds, each in a process that has imported tfaip.params.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from import_graph import ImportGraph

ROOT = Path(__file__).parents[1]
SLOW = 0.01
"""Seconds that make an import slow."""
TENSORFLOW = {"keras", "tensorboard", "tensorflow"}
"""Known to take seconds."""
# Without it an editable installation compiles each module anew in each process.
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
TRAIN = "from tfaip.trainer.cli.train import main; main(['examples.tutorial.min', {!r}])"
COMPLETED = f"import os; os.environ['TFAIP_COMPLETE'] = 'bash'; {TRAIN.format('--optimizer.')}"
COLOURED = f"import os; os.environ['FORCE_COLOR'] = '1'; {TRAIN.format('--help')}"
PREDICT = "from tfaip.predict.cli.predict import main; main(['--help'])"
PROCESSES = {
    "python": "pass",
    "import tfaip.params": "import tfaip.params",
    "import tfaip.pipeline": "import tfaip.pipeline",
    "tfaip-train examples.tutorial.min --help": TRAIN.format("--help"),
    "the same in colour": COLOURED,
    "tfaip-train examples.tutorial.min --show-schema": TRAIN.format("--show-schema"),
    "completion of tfaip-train examples.tutorial.min --optimizer.": COMPLETED,
    "tfaip-predict --help": PREDICT,
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--imports", action="store_true", help="list slow imports instead")
    arguments = parser.parse_args()
    if arguments.imports:
        _print_slow_imports(arguments.rounds)
    else:
        _print_processes(arguments.rounds)


def _print_processes(rounds: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for code in PROCESSES.values():
        _time(code)
    for _ in range(rounds):
        for name, code in PROCESSES.items():
            seconds[name].append(_time(code))
    print("| process | time | above python |")
    print("| --- | --- | --- |")
    python = statistics.median(seconds["python"])
    for name, measured in seconds.items():
        median = statistics.median(measured)
        print(f"| {name} | {median * 1000:.0f} ms | {(median - python) * 1000:.0f} ms |")


def _print_slow_imports(rounds: int) -> None:
    graph = ImportGraph([ROOT / "src", *sorted((ROOT / "packages").glob("*/src"))])
    print("| module | import |")
    print("| --- | --- |")
    foreign = {found.target for found in graph.imports} - graph.modules.keys()
    for module in sorted(name for name in foreign if name.partition(".")[0] not in TENSORFLOW):
        seconds = _import_seconds(module, rounds)
        if seconds is not None and seconds > SLOW:
            print(f"| {module} | {seconds * 1000:.0f} ms |")


def _import_seconds(module: str, rounds: int) -> float | None:
    """Return how long the import of a module takes; `None` where it isn't installed."""
    clock = "time.perf_counter()"
    code = f"import tfaip.params, time; start = {clock}; import {module}; print({clock} - start)"
    seconds = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT)
        if done.returncode:
            return None
        seconds.append(float(done.stdout))
        if seconds[-1] < SLOW:
            break
    return min(seconds)


def _time(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, cwd=ROOT, env=ENVIRONMENT, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
