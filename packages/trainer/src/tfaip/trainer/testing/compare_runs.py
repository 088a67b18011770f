"""The files of two runs, compared bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfaip.model.bundle.weights import read_weights
from tfaip.trainer.folder.checkpoint import VARIABLES, Checkpoints
from tfaip.trainer.folder.run_folder import RunFolder

__all__ = ["Comparison", "compare_runs"]


@dataclass(frozen=True)
class Comparison:
    """One kind of a run's files.

    Attributes:
        what: Its name.
        count: Values that were compared: arrays, lines, points of curves.
        differing: Names of those that differ, or that only one of both has.
    """

    what: str
    count: int
    differing: list[str]


def compare_runs(one: Path, other: Path) -> list[Comparison]:
    """Compare two finished runs: variables, logs, curves, best and last model, without clock times."""
    folders = RunFolder(one), RunFolder(other)
    variables = [_variables(folder) for folder in folders]
    groups = sorted({name.partition("/")[0] for names in variables for name in names})
    return [
        *(_compare(f"variables: {group}", *(_of_group(v, group) for v in variables)) for group in groups),
        _compare("metrics.jsonl", *(dict(_metrics(folder)) for folder in folders)),
        _compare("TensorBoard scalars", *(dict(_scalars(folder)) for folder in folders)),
        _compare("best model", *(_best(folder) for folder in folders)),
        _compare("last model", *(read_weights(folder.export / "weights.h5") for folder in folders)),
    ]


def _compare(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Comparison:
    names = sorted({*one, *other})
    differing = [name for name in names if name not in one or name not in other or not _same(one[name], other[name])]
    return Comparison(what, len(names), differing)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    return bool(one == other)


def _of_group(variables: Mapping[str, Any], group: str) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if name.startswith(f"{group}/")}


def _variables(folder: RunFolder) -> dict[str, np.ndarray]:
    newest = Checkpoints(folder.checkpoint).newest()
    assert newest is not None
    found: dict[str, np.ndarray] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item[()])

    with h5py.File(newest.path / VARIABLES, "r") as file:
        file.visititems(visit)
    return found


def _metrics(folder: RunFolder) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(folder.metrics.read_text(encoding="utf-8").splitlines(), start=1):
        yield f"line {number}", {name: value for name, value in json.loads(line).items() if name != "time"}


def _scalars(folder: RunFolder) -> Iterator[tuple[str, Any]]:
    for run in sorted(path for path in folder.events.iterdir() if path.is_dir()):
        events = EventAccumulator(str(run))
        events.Reload()
        for tag in events.Tags()["tensors"]:
            points = [(e.step, float(tf.make_ndarray(e.tensor_proto))) for e in _numbers(events.Tensors(tag))]
            yield f"{run.name}/{tag}", sorted(points)


def _numbers(events: Any) -> Any:
    """Leave out texts and images."""
    return [event for event in events if event.tensor_proto.dtype in (tf.float32.as_datatype_enum,)]


def _best(folder: RunFolder) -> dict[str, Any]:
    status = json.loads(folder.status.read_text(encoding="utf-8"))
    chosen = {name: status[name] for name in ("best_value", "best_epoch")}
    return {**chosen, **read_weights(folder.best / "weights.h5")}
