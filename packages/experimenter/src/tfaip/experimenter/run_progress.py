"""How far a run has come, read from its folder: status.json, metrics.jsonl, the results lines of train.log."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tfaip.experimenter.main_metric import is_better, main_metric

__all__ = ["RunProgress", "read_progress"]

RESULTS_LINE = re.compile(r"Results of epoch\s+(\d+)\s+(.+)$")
# What a line of metrics.jsonl holds beside the logs.
NO_METRICS = ("epoch", "step", "time")


@dataclass(frozen=True)
class RunProgress:
    """How far a run has come.

    Args:
        epoch: Epochs that are done.
        epochs: Epochs that are planned, `None` if not known.
        eta: Seconds to its end as it said itself, `None` if not known.
        last: Metrics of the last epoch.
        best: Metrics of the best epoch.
        best_epoch: The best epoch, `None` if there are no metrics.
        metric: The metric that says which epoch is the best.
        losses: Metrics that are losses, as the run itself says.
    """

    epoch: int = 0
    epochs: int | None = None
    eta: float | None = None
    last: Mapping[str, float] = field(default_factory=dict)
    best: Mapping[str, float] = field(default_factory=dict)
    best_epoch: int | None = None
    metric: str | None = None
    losses: frozenset[str] = frozenset()

    @property
    def best_value(self) -> float | None:
        """The main metric at the best epoch."""
        return None if self.metric is None else self.best.get(self.metric)


def read_progress(folder: Path) -> RunProgress:
    """Read how far the run in a folder has come; what isn't there, or is half written, is left out."""
    status = _status(folder / "status.json")
    epochs = _metrics(folder / "metrics.jsonl") or _results_lines(folder / "train.log")
    progress = RunProgress(
        epoch=max([*epochs, _whole(status.get("epoch")) or 0]),
        epochs=_whole(status.get("epochs")),
        eta=_number(status.get("eta")),
        losses=_losses(status.get("losses")),
    )
    if not epochs:
        return progress
    metric, best = _best(epochs, status)
    return replace(progress, last=epochs[max(epochs)], best=epochs[best], best_epoch=best, metric=metric)


def _best(epochs: Mapping[int, Mapping[str, float]], status: Mapping[str, Any]) -> tuple[str | None, int]:
    """The metric and the epoch that the run calls best; where it doesn't say, what the names suggest."""
    said, value = _whole(status.get("best_epoch")), _number(status.get("best_value"))
    if said is not None and said in epochs and value is not None:
        equal = [name for name, found in epochs[said].items() if math.isclose(found, value, rel_tol=1e-9)]
        if metric := main_metric(equal):
            return metric, said
    metric = main_metric(epochs[max(epochs)])
    having = [epoch for epoch in sorted(epochs) if metric in epochs[epoch]]
    if metric is None or not having:
        return None, max(epochs)
    best = having[0]
    for epoch in having[1:]:
        if is_better(metric, epochs[epoch][metric], epochs[best][metric]):
            best = epoch
    return metric, best


def _status(path: Path) -> dict[str, Any]:
    try:
        status = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def _metrics(path: Path) -> dict[int, dict[str, float]]:
    epochs = {}
    for line in _lines(path):
        try:
            values = json.loads(line)
            epoch = int(values["epoch"])
        except (KeyError, TypeError, ValueError):
            continue  # the line that is just being written
        found = {name: _number(value) for name, value in values.items() if name not in NO_METRICS}
        epochs[epoch] = {name: value for name, value in found.items() if value is not None}
    return epochs


def _results_lines(path: Path) -> dict[int, dict[str, float]]:
    epochs = {}
    for line in _lines(path):
        if match := RESULTS_LINE.search(line):
            values = {}
            for part in match[2].split(" - "):
                name, _, text = part.rpartition(": ")
                try:
                    values[name.strip()] = float(text)
                except ValueError:
                    continue
            epochs[int(match[1])] = {name: value for name, value in values.items() if name and math.isfinite(value)}
    return epochs


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError:
        return


def _losses(names: Any) -> frozenset[str]:
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return frozenset([*known, *(f"val_{name}" for name in known)])


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
