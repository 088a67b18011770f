"""Compares the pipeline of tfaip with its peers, and with the limit that the machine sets.

    python benchmarks/pipeline.py
    python benchmarks/pipeline.py --tasks tiny big --workers 0 2 --python torch=VENV/bin/python

Every figure is the median of several runs, each in a process of its own, all competitors taking turns, so that a busy
machine is equally bad for all of them. Samples per second are counted from the first batch on; the time to the first
batch, with the start of the workers, stands in its own table. `limit` are as many independent processes as there are
workers, which do the same work, each on its share of the samples, and hand it to nobody.

Peers are optional: `torch`, `grain` and TensorFlow are used where they can be imported, each by the interpreter that
`--python` names for it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from pipeline_tasks import TASKS, Task, make_pipeline  # type: ignore[import-not-found]  # beside this file

NEEDED_MODULE = {"tfaip": "tfaip.pipeline", "torch": "torch", "grain": "grain", "tf.numpy_function": "tensorflow"}
NEEDED_MODULE["tf.py_function"] = "tensorflow"


def padded(samples: list[np.ndarray]) -> np.ndarray:
    """Samples of different lengths as one array."""
    batch = np.zeros((len(samples), max(map(len, samples))), samples[0].dtype)
    for row, sample in zip(batch, samples, strict=True):
        row[: len(sample)] = sample
    return batch


def with_tfaip(name: str, workers: int, samples: int) -> Iterable[int]:
    """Batches from the pipeline; gives their sizes, as all of these functions do."""
    with make_pipeline(name, workers, samples).generate_input_batches() as batches:
        for batch in batches:
            yield batch.size


def with_torch(name: str, workers: int, samples: int) -> Iterable[int]:
    """Batches from `torch.utils.data.DataLoader`."""
    import torch  # type: ignore[import-not-found]  # an optional peer
    from torch.utils.data import DataLoader, Dataset  # type: ignore[import-not-found]  # an optional peer

    task = TASKS[name]

    class Samples(Dataset):
        def __len__(self) -> int:
            return samples

        def __getitem__(self, index: int) -> np.ndarray:
            return task.make(index)

    def collate(batch: list[np.ndarray]) -> Any:
        return torch.from_numpy(padded(batch))

    options: dict[str, Any] = {"collate_fn": collate} if None in task.shape else {}
    for batch in DataLoader(Samples(), batch_size=task.batch_size, num_workers=workers, **options):
        yield len(batch)


def with_grain(name: str, workers: int, samples: int) -> Iterable[int]:
    """Batches from Grain."""
    import grain  # type: ignore[import-not-found]  # an optional peer

    task = TASKS[name]
    source = grain.MapDataset.range(samples).map(task.make)
    dataset = source.batch(task.batch_size, batch_fn=padded) if None in task.shape else source.batch(task.batch_size)
    batches = dataset.to_iter_dataset()
    if workers:
        batches = batches.mp_prefetch(grain.MultiprocessingOptions(num_workers=workers))
    for batch in batches:
        yield len(batch)


def with_tensorflow(call: str) -> Callable[[str, int, int], Iterable[int]]:
    """Batches from tf.data, the samples made by a Python function in TensorFlow's threads."""

    def run(name: str, workers: int, samples: int) -> Iterable[int]:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import tensorflow as tf

        task = TASKS[name]

        def make(index: Any) -> Any:
            return task.make(int(index))

        def sample(index: Any) -> Any:
            made = getattr(tf, call)(make, [index], task.dtype)
            made.set_shape(task.shape)
            return made

        dataset = tf.data.Dataset.range(samples).map(sample, num_parallel_calls=workers or None)
        dataset = dataset.padded_batch(task.batch_size) if None in task.shape else dataset.batch(task.batch_size)
        for batch in dataset.prefetch(2):
            yield len(batch)

    return run


MODES: dict[str, Callable[[str, int, int], Iterable[int]]] = {
    "tfaip": with_tfaip,
    "torch": with_torch,
    "grain": with_grain,
    "tf.numpy_function": with_tensorflow("numpy_function"),
    "tf.py_function": with_tensorflow("py_function"),
}


def run_once(mode: str, name: str, workers: int, samples: int) -> dict[str, float]:
    """Samples per second from the first batch on, and the seconds until it is there."""
    began = perf_counter()
    sizes = iter(MODES[mode](name, workers, samples))
    first_size = next(sizes)
    first = perf_counter()
    count = sum(sizes)
    seconds = perf_counter() - first
    if first_size + count != samples:
        raise RuntimeError(f"{mode} gave {first_size + count} samples instead of {samples}")
    return {"rate": count / seconds, "first": first - began}


def run_share(name: str, share: int, shares: int, samples: int) -> dict[str, float]:
    """What one process of the limit does: its share of the samples, one after the other."""
    make = TASKS[name].make
    make(0)
    began = perf_counter()
    for index in range(share, samples, shares):
        make(index)
    return {"seconds": perf_counter() - began}


def child(python: str, *arguments: object) -> subprocess.Popen[str]:
    """This program once more, in a process of its own."""
    command = [python, __file__, "--child", json.dumps(arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result_of(process: subprocess.Popen[str]) -> dict[str, float]:
    """What a child printed last."""
    output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args!r} failed:\n{errors}")
    result: dict[str, float] = json.loads(output.splitlines()[-1])
    return result


def measure(mode: str, name: str, workers: int, samples: int, pythons: dict[str, str]) -> dict[str, float]:
    """One run of one competitor."""
    if mode != "limit":
        return result_of(child(pythons.get(mode, sys.executable), "run", mode, name, workers, samples))
    shares = max(workers, 1)
    processes = [child(sys.executable, "share", name, share, shares, samples) for share in range(shares)]
    return {"rate": samples / max(result_of(process)["seconds"] for process in processes), "first": 0.0}


def available(mode: str, pythons: dict[str, str]) -> bool:
    """Whether the interpreter for a competitor has what it needs."""
    if mode == "limit":
        return True
    if mode not in pythons:
        return find_spec(NEEDED_MODULE[mode]) is not None
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({NEEDED_MODULE[mode]!r}) is None)"
    return subprocess.run([pythons[mode], "-c", code], check=False).returncode == 0


def table(title: str, task: Task, rows: dict[tuple[str, int], float], workers: list[int], form: str) -> str:
    """Rates or times by competitor and number of workers, as a Markdown table."""
    modes = list(dict.fromkeys(mode for mode, _ in rows))
    lines = [
        f"| {task.title}: {title} | " + " | ".join(f"{count} workers" for count in workers) + " |",
        "| --- |" + " ---: |" * len(workers),
    ]
    for mode in modes:
        cells = [format(rows[mode, count], form) if (mode, count) in rows else "" for count in workers]
        lines.append(f"| {mode} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def compare(name: str, modes: list[str], options: argparse.Namespace, pythons: dict[str, str]) -> None:
    """All competitors on one task."""
    task = TASKS[name]
    runs: dict[tuple[str, int], list[dict[str, float]]] = {}
    for _ in range(options.repeats):
        for workers in options.workers:
            for mode in modes:
                # So that slow competitors take no longer than they have to.
                samples = max(task.batch_size * 8, int(task.samples * options.scale))
                result = measure(mode, name, workers, samples, pythons)
                runs.setdefault((mode, workers), []).append(result)
    rates = {key: statistics.median(run["rate"] for run in results) for key, results in runs.items()}
    firsts = {
        key: statistics.median(run["first"] for run in results) for key, results in runs.items() if key[0] != "limit"
    }
    print(table("samples/s", task, rates, options.workers, ",.0f"))
    print()
    print(table("seconds to the first batch", task, firsts, options.workers, ".2f"))
    for workers in options.workers:
        peers = {mode: rates[mode, workers] for mode in modes if mode not in ("tfaip", "limit")}
        if ("tfaip", workers) in rates and peers:
            best = max(peers, key=lambda mode: peers[mode])
            own = rates["tfaip", workers]
            ratios = [f"{own / peers[best]:.2f} x {best} (the best peer)"]
            if "torch" in peers:
                ratios.append(f"{own / peers['torch']:.2f} x torch")
            if ("limit", workers) in rates:
                ratios.append(f"{own / rates['limit', workers]:.2f} x limit")
            print(f"{workers} workers: tfaip {', '.join(ratios)}")
    print(flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--modes", nargs="+", choices=[*MODES, "limit"], default=[*MODES, "limit"])
    parser.add_argument("--workers", nargs="+", type=int, default=[0, 1, 2, 4, 6])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of samples")
    parser.add_argument("--python", nargs="+", default=[], metavar="MODE=PATH", help="interpreter for a competitor")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what, *arguments = json.loads(options.child)
        print(json.dumps((run_once if what == "run" else run_share)(*arguments)))
        return
    pythons = dict(pair.split("=", 1) for pair in options.python)
    modes = []
    for mode in options.modes:
        if available(mode, pythons):
            modes.append(mode)
        else:
            print(f"{mode}: left out, {NEEDED_MODULE[mode]} is not installed")
    for name in options.tasks:
        compare(name, modes, options, pythons)


if __name__ == "__main__":
    main()
