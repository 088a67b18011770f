"""Time and memory against size: weight variables, samples, epochs, rows of a workbook, and parameters.

    python benchmarks/growth.py [--only samples parameters] [--quick]

Each size is measured in a process of its own, in seconds of its processors, so that other programs hardly count. The
exponent is the slope of the logarithms over the largest three sizes: 1.0 is a time that doubles with the size, 0 one
that doesn't change. Memory is the peak above that of the process before. `--quick` takes sizes of a tenth. The garbage
collector rests during short parts, since its collections begin at a size of their own.

    variables    a network of so many weights: build it, trace a step, checkpoint, resume, export
    fit          the same network by `keras.Model.fit`, a peer: its first step traces too
    samples      an indexed, shuffled pipeline of so many samples: 100 batches, and 100 more from its middle
    epochs       a training of so many epochs of two steps, with a validation, a checkpoint and a curve of each one
    rows         an experimenter's workbook of so many rows: read it, write the results of all into it
    runs         a queue of so many rows, which all run
    parameters   a class of so many parameters, and a tree of them: command line, help, JSON
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from growth_network import measure_epochs, measure_fit, measure_variables
from openpyxl import Workbook

from tfaip.params import field, from_json, params, parse, to_json
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataGeneratorParams,
    DataPipelineParams,
    PipelineMode,
    Sample,
)

LIMIT = 1.05
"""Exponent at most."""
TIMES = 10
"""Repetitions of what takes milliseconds."""
PEERS = {"fit"}
"""Laws that tell how others grow."""
SMALLEST = {"s": 0.05, "MiB": 4.0}
"""Amounts below which a growth is not told from noise."""


class Clock:
    """Seconds of the processors by part, children included where they have ended."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure a part."""
        began = _processor_seconds()
        yield
        self.parts[name] = _processor_seconds() - began


def _processor_seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measure_samples(size: int, clock: Clock) -> None:
    """Take batches at the beginning of a pass, and after a resume in the middle of the next one."""
    settings = DataPipelineParams(batch_size=32, num_processes=0)
    data = IndexDataParams().create()
    pipeline = data.create_pipeline(PipelineMode.TRAINING, settings, IndexParams(count=size), seed=1)
    with clock.part("100 batches"), pipeline.generate_input_batches(repeat=True) as batches:
        for _ in range(100):
            next(batches)
        state = json.loads(json.dumps(batches.state()))
    state |= {"epoch": 1, "position": size // 2, "pending": []}
    with (
        clock.part("100 batches from the middle"),
        pipeline.generate_input_batches(repeat=True, state=state) as batches,
    ):
        for _ in range(100):
            next(batches)
        json.dumps(batches.state())


@params
class IndexParams(DataGeneratorParams):
    """The numbers up to `count`."""

    count: int = 0

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return Indices


class Indices(DataGenerator[IndexParams]):
    """Samples of their index."""

    def __len__(self) -> int:
        """Their number."""
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        """One of them."""
        return Sample(inputs={"x": np.array([index])}, targets={"y": np.array([index])})


@params
class IndexDataParams(DataBaseParams):
    """Numbers."""

    def cls(self) -> type[DataBase[Any]]:
        """The data."""
        return IndexData


class IndexData(DataBase[IndexDataParams]):
    """A number and its class."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"x": ArraySpec((1,), "int64")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}


def measure_rows(size: int, clock: Clock) -> None:
    """Read a workbook, and write the results of its rows, of which all have ended."""
    with tempfile.TemporaryDirectory() as folder:
        _write_workbook(Path(folder) / "runs.xlsx", size)
        words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx"]
        for part, word in (("read", "--dry_run"), ("update", "--update")):
            with clock.part(part):
                subprocess.run([*words, word], cwd=folder, check=True, capture_output=True)


def measure_runs(size: int, clock: Clock) -> None:
    """Run a queue to its end, with the updates of the workbook."""
    with tempfile.TemporaryDirectory() as folder:
        _write_workbook(Path(folder) / "runs.xlsx", size)
        words = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--cpus", "0", "1"]
        with clock.part("run"):
            subprocess.run(words, cwd=folder, check=True, capture_output=True)


def _write_workbook(path: Path, size: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "lr"]):
        sheet.append(row)
    for number in range(size):
        sheet.append(["true", number, number / 1000])
    book.save(path)


def measure_parameters(size: int, clock: Clock) -> None:
    """Use one class of so many fields, and a tree of classes of ten, each of them some times."""
    gc.disable()
    names: dict[str, Any] = {"params": params, "field": field}
    flat = "".join(f"    x{n}: float = {n}.5\n    '''Number {n}.'''\n" for n in range(size))
    tree = []
    for number in reversed(range(size // 10)):
        children = [child for child in range(4 * number + 1, 4 * number + 5) if child < size // 10]
        fields = "".join(f"    x{n}: int = {n}\n" for n in range(9))
        held = "".join(f"    c{child}: C{child} = field(factory=C{child})\n" for child in children)
        tree.append(f"@params\nclass C{number}:\n    '''Number {number}.'''\n{fields}{held}")
    for kind, source in (("class", f"@params\nclass C0:\n{flat}"), ("tree", "\n".join(tree))):
        with clock.part(f"{kind}: define"):
            for _ in range(TIMES):
                exec(compile(source, "growth", "exec", dont_inherit=True), names)
        cls = names["C0"]
        line = [f"--x{n}={n}" for n in range(0, size, 2)] if kind == "class" else [f"--x{n}={n}" for n in range(9)]
        with clock.part(f"{kind}: command line"):
            for _ in range(TIMES):
                parsed = parse(cls, line)
        with clock.part(f"{kind}: help"):
            for _ in range(TIMES):
                with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
                    parse(cls, ["--help", "all"])
        with clock.part(f"{kind}: JSON"):
            for _ in range(TIMES):
                assert from_json(cls, to_json(parsed)) == parsed


LAWS: dict[str, tuple[Callable[[int, Clock], None], list[int]]] = {
    "parameters": (measure_parameters, [125, 250, 500, 1000]),
    "rows": (measure_rows, [2500, 5000, 10_000, 20_000]),
    "runs": (measure_runs, [100, 200, 400, 800]),
    "samples": (measure_samples, [10**5, 10**6, 10**7, 10**8]),
    "variables": (measure_variables, [625, 1250, 2500, 5000]),
    "fit": (measure_fit, [625, 1250, 2500, 5000]),
    "epochs": (measure_epochs, [1250, 2500, 5000, 10_000]),
}


def main() -> None:
    """Measure all laws and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(LAWS), help="laws; default: all")
    parser.add_argument("--quick", action="store_true", help="sizes of a tenth")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        law, size = arguments.measure
        print(json.dumps(_measured(LAWS[law][0], int(size))))
        return
    print("| of | part | sizes | at these sizes | exponent |\n| --- | --- | --- | --- | ---: |")
    grows = []
    for law in arguments.only or LAWS:
        sizes = [size // (10 if arguments.quick else 1) for size in LAWS[law][1]]
        taken = [_run(law, size) for size in sizes]
        for part in taken[-1]:
            values = [parts[part] for parts in taken]
            unit = "MiB" if part == "memory" else "s"
            exponent = _exponent(sizes, [max(value, SMALLEST[unit]) for value in values])
            shown = ", ".join(f"{value:.3g}" for value in values)
            print(f"| {law} | {part} | {', '.join(map(str, sizes))} | {shown} {unit} | {exponent:.2f} |", flush=True)
            if exponent > LIMIT and law not in PEERS:
                grows.append(f"{part} of {law}")
    if grows:
        sys.exit(f"faster than size ** {LIMIT}: {', '.join(grows)}")


def _measured(measure: Callable[[int, Clock], None], size: int) -> dict[str, float]:
    clock = Clock()
    before = _peak()
    measure(size, clock)
    return {**clock.parts, "memory": _peak() - before}


def _peak() -> float:
    """MiB of this process, or of the largest of its children."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def _run(law: str, size: int) -> dict[str, float]:
    words = [sys.executable, __file__, "--measure", law, str(size)]
    began = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-4000:])
    print(f"{law}, {size}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _exponent(sizes: list[int], values: list[float]) -> float:
    """The slope over the largest sizes; 0 where nothing is to be told from noise."""
    points = [(math.log(s), math.log(v)) for s, v in zip(sizes[-3:], values[-3:], strict=True)]
    middle = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return above / sum((x - middle[0]) ** 2 for x, _ in points)


if __name__ == "__main__":
    main()
