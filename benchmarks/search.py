"""Epochs that the early end of trials saves in a search on `examples.tutorial.min`, at the same best accuracy.

    python benchmarks/search.py                # 16 trials of 10 epochs, twice; takes some minutes
    python benchmarks/search.py --trials 8 --pruner median

Both searches sample the same values (`--search.sampler random`): their trials differ only in their ends.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from openpyxl import Workbook

ROOT = Path(__file__).parents[1]


def write_workbook(path: Path, trials: int, epochs: int) -> None:
    """Write a workbook with one search."""
    book = Workbook()
    sheet = book.worksheets[0]
    columns = {
        "trainer.output_dir": "runs/a",
        "trainer.epochs": epochs,
        "trainer.learning_rate.lr": "log(1e-5, 1e-1)",
        "trainer.random_seed": 1,
        "trainer.export_best": "false",
    }
    headers = ["COMMAND", "SCENARIO", "ID", "TRIALS", "OBJECTIVE", "CLEANUP"]
    empty = [None] * len(headers)
    sheet.append([*headers, "PARAMS"])
    sheet.append([*empty, *[name.rpartition(".")[0] for name in columns]])
    sheet.append([*empty, *[name.rpartition(".")[2] for name in columns]])
    sheet.append(["tfaip-train", "examples.tutorial.min", "a", trials, "max val_acc", "TRUE", *columns.values()])
    book.save(path)


def search(folder: Path, pruner: list[str], slots: int) -> tuple[int, float]:
    """Run the search; return the epochs of all trials, and the best accuracy."""
    words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--cpus", *map(str, range(slots))]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    chosen = ["--search.sampler", "random", "--search.pruner", *pruner]
    done = subprocess.run([*words, *chosen], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    epochs, best = 0, 0.0
    for file in folder.glob("runs/a/*/metrics.jsonl"):
        values = [json.loads(line)["val_acc"] for line in file.read_text(encoding="utf-8").splitlines()]
        epochs += len(values)
        best = max(best, *values)
    return epochs, best


def main() -> None:
    """Run both searches, and print what the second one saves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--pruner", nargs="+", default=["median"], help="a pruner with its parameters")
    given = parser.parse_args()
    found = {}
    for name, pruner in (("none", ["none"]), ("pruned", given.pruner)):
        folder = Path(tempfile.mkdtemp(prefix="search-"))
        try:
            write_workbook(folder / "runs.xlsx", given.trials, given.epochs)
            found[name] = search(folder, pruner, given.slots)
        finally:
            shutil.rmtree(folder)
        print(f"{name}: {found[name][0]} epochs, best accuracy {found[name][1]:.4f}", flush=True)
    print(f"saved: {1 - found['pruned'][0] / found['none'][0]:.0%} of the epochs")


if __name__ == "__main__":
    main()
