"""Compares the reading of shards with `webdataset` and PyTorch's DataLoader.

    python benchmarks/shards.py
    python benchmarks/shards.py --python VENV/bin/python --workers 1 2 --turns 7

Tasks: tar files of small (28 x 28) and large (224 x 224 x 3) arrays, and JSON lines of 32 numbers. All shuffle shards
and 1024 samples, decode, and batch in their workers. The peer reads tar files with `webdataset` in its `WebLoader`,
and JSON lines with an `IterableDataset` in a `DataLoader`.

Each competitor has a process of its own. They take turns, and each figure is the median. A turn opens the pipeline
anew, waits for a few batches, and counts the samples that come in `--seconds`. CPU time is that of all processes of
the competitor: on a busy machine it says more than samples per second. The peer is left out, with the reason, where
`--python` can't import it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

BATCH_SIZE = {"small": 64, "large": 16, "json": 64}
SAMPLES = {"small": 2000, "large": 60, "json": 2000}
"""The length of each shard."""

SHARDS = 16
WARM_UP = 10


def with_tfaip(task: str, folder: str, workers: int) -> Iterator[int]:
    """The sizes of the batches of tfaip."""
    from shards_data import make_pipeline

    with make_pipeline(task, folder, workers, BATCH_SIZE[task]).generate_input_batches(repeat=True) as batches:
        for batch in batches:
            yield batch.size


def with_peer(task: str, folder: str, workers: int) -> Iterator[int]:
    """The sizes of the batches of webdataset, or of a DataLoader for JSON lines."""
    import torch
    import webdataset as wds  # an optional peer

    files = sorted(str(path) for path in Path(folder).glob("*.data"))
    if task == "json":
        loader: Any = torch.utils.data.DataLoader(lines_of(files), batch_size=BATCH_SIZE[task], num_workers=workers)
    else:
        dataset = wds.WebDataset(files, shardshuffle=SHARDS, nodesplitter=None).repeat().shuffle(1024).decode()
        dataset = dataset.to_tuple("x.npy", "y.cls").batched(BATCH_SIZE[task])
        loader = wds.WebLoader(dataset, batch_size=None, num_workers=workers)
    for x, _ in loader:
        yield len(x)


def lines_of(files: list[str]) -> Any:
    """An `IterableDataset` as its documentation shows it: every n-th file, and a shuffle buffer."""
    import random

    import torch

    class Lines(torch.utils.data.IterableDataset):  # type: ignore[misc]  # torch is not always there
        def __iter__(self) -> Iterator[Any]:
            worker = torch.utils.data.get_worker_info()
            own = files[worker.id :: worker.num_workers] if worker else list(files)
            buffer: list[Any] = []
            while True:
                random.shuffle(own)
                for path in own:
                    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as the peer's users write it
                        for line in file:
                            if len(buffer) < 1024:
                                buffer.append(line)
                                continue
                            number = random.randrange(1024)
                            line, buffer[number] = buffer[number], line
                            record = json.loads(line)
                            yield torch.tensor(record["x"]), record["y"]

    return Lines()


def serve(name: str) -> None:
    """Measure turns as the lines of standard input ask for them."""
    run = with_tfaip if name == "tfaip" else with_peer
    if name != "tfaip":
        __import__("webdataset")
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        batches = run(asked["task"], asked["folder"], asked["workers"])
        for _ in range(WARM_UP * asked["workers"]):
            next(batches)
        began, busy, count = perf_counter(), cpu_seconds(os.getpid()), 0
        while (elapsed := perf_counter() - began) < asked["seconds"]:
            count += next(batches)
        busy = cpu_seconds(os.getpid()) - busy
        batches.close()  # type: ignore[attr-defined]  # a generator
        print(json.dumps([count / elapsed, busy / count * 1e6]), flush=True)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of its children that still run; 0 where /proc doesn't tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [
            child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
        ]
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_seconds, map(int, children)))


class Competitor:
    """A process that measures."""

    def __init__(self, name: str, python: str) -> None:
        command = [python, __file__, "--serve", name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            assert self._process.stderr is not None
            raise RuntimeError(self._process.stderr.read().strip().splitlines()[-1])

    def turn(self, asked: dict[str, Any]) -> list[float]:
        """Samples per second, and microseconds of CPU time per sample, in one turn."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return [float(value) for value in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="interpreter with torch and webdataset")
    parser.add_argument("--tasks", nargs="+", choices=BATCH_SIZE, default=list(BATCH_SIZE))
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    from shards_data import write

    competitors = {"tfaip": Competitor("tfaip", sys.executable)}
    try:
        competitors["webdataset, torch"] = Competitor("peer", arguments.python)
    except (RuntimeError, OSError) as error:
        print(f"webdataset and torch are left out: {error}")
    names = list(competitors)
    heads = [f"{name}, {unit}" for unit in ("samples/s", "CPU μs/sample") for name in names]
    print(f"| task | workers | {' | '.join(heads)} | ratio | ratio of CPU |")
    print("| --- " * (len(heads) + 4) + "|")
    for task in arguments.tasks:
        with tempfile.TemporaryDirectory() as folder:
            write(task, Path(folder), SHARDS, SAMPLES[task])
            for workers in arguments.workers:
                asked = {"task": task, "folder": folder, "workers": workers, "seconds": arguments.seconds}
                found: dict[str, list[list[float]]] = {name: [] for name in names}
                for _ in range(arguments.turns):
                    for name, competitor in competitors.items():
                        found[name].append(competitor.turn(asked))
                medians = [[statistics.median(turn[unit] for turn in found[name]) for name in names] for unit in (0, 1)]
                figures = [f"{value:,.0f}" for unit in medians for value in unit]
                ratios = [f"{unit[0] / unit[1]:.2f}" if len(unit) > 1 else "" for unit in medians]
                print(f"| {task} | {workers} | {' | '.join(figures + ratios)} |", flush=True)
    for competitor in competitors.values():
        competitor.close()


if __name__ == "__main__":
    main()
