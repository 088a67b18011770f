"""How far a run has come, read from its folder: status.json, metrics.jsonl, the results lines of train.log."""

from __future__ import annotations

import codecs
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tfaip.experimenter.run_folder.file_ends import end_of_file
from tfaip.experimenter.run_folder.main_metric import is_better, lower_is_better, main_metric
from tfaip.params.regular_files import read_regular

__all__ = ["RunHistory", "RunProgress", "read_history", "read_progress"]

# Before these words stand time, level and logger only: a text that holds them is no line of results.
RESULTS_LINE = re.compile(r"(?:(?:[0-9:.,T-]+|INFO|tfaip[\w.]*:)\s+){0,8}Results of epoch\s+([0-9]{1,9})\s+(.+)$")
# The keys of a line of metrics.jsonl beside the logs.
NO_METRICS = ("epoch", "step", "stage", "time")
# A megabyte holds the longest status, and the rest 20,000 epochs of 30 metrics.
STATUS_BYTES, LOG_BYTES = 1 << 20, 16 << 20
MOST_METRICS = 200
MOST_BROKEN_LINES = 1000
# More epochs, or seconds to the end, than that nobody has.
MOST = 10**9


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
        problem: Files that can't be read, and why; `""` if all can.
    """

    epoch: int = 0
    epochs: int | None = None
    eta: float | None = None
    last: Mapping[str, float] = field(default_factory=dict)
    best: Mapping[str, float] = field(default_factory=dict)
    best_epoch: int | None = None
    metric: str | None = None
    losses: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def best_value(self) -> float | None:
        """The main metric at the best epoch."""
        return None if self.metric is None else self.best.get(self.metric)


@dataclass(frozen=True)
class RunHistory:
    """The logs of a run, epoch by epoch.

    Args:
        epochs: Metrics of each epoch, by the number of the epoch.
        metric: The metric that says which epoch is the best, `None` if the run has not told it yet.
        lower: Whether a smaller value of that metric is better.
        losses: Metrics that are losses, as the run itself says.
        names: All metrics, also those without a finite value.
    """

    epochs: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    metric: str | None = None
    lower: bool = True
    losses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def read_history(folder: Path, *, guess: bool = True) -> RunHistory:
    """Read the logs of the run in a folder, within bounds; like `read_progress` it never fails.

    Args:
        folder: Folder of the run.
        guess: Whether the best metric is guessed from the names of the metrics where the run has not told it.
    """
    try:
        return _FolderReader(folder).history(guess=guess)
    except Exception:
        # Told by `read_progress`, which fails in the same way.
        return RunHistory()


def read_progress(folder: Path) -> RunProgress:
    """Read how far the run in a folder has come, within bounds; missing and half-written parts are left out.

    No content of the files makes this fail: the problem is told instead.
    """
    try:
        return _FolderReader(folder).progress()
    except Exception as error:
        # Files of others hold more surprises than can be listed, and one run must not end all.
        return RunProgress(problem=f"{folder.name} can't be read: {type(error).__name__}: {error}")


class _FolderReader:
    """Reads the files of a run, and collects their problems."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._problems: list[str] = []
        self._names: set[str] = set()

    def progress(self) -> RunProgress:
        """Read all."""
        status = self._status("status.json")
        epochs = self._metrics("metrics.jsonl") or self._results_lines("train.log")
        eta = _number(status.get("eta"))
        progress = RunProgress(
            epoch=max([*epochs, _whole(status.get("epoch")) or 0]),
            epochs=_whole(status.get("epochs")),
            eta=eta if eta is not None and 0 <= eta <= MOST else None,
            losses=_losses(status.get("losses")),
            problem="; ".join(self._problems),
        )
        if not epochs:
            return progress
        metric, best = _best(epochs, status)
        return replace(progress, last=epochs[max(epochs)], best=epochs[best], best_epoch=best, metric=metric)

    def history(self, *, guess: bool) -> RunHistory:
        """Read the logs alone."""
        status = self._status("status.json")
        epochs = self._metrics("metrics.jsonl") or self._results_lines("train.log")
        losses = _losses(status.get("losses"))
        told = _told_metric(epochs, status)
        metric = told or (_best(epochs, status)[0] if guess and epochs else None)
        if metric is None:
            return RunHistory(epochs, losses=losses, names=frozenset(self._names))
        mode = status.get("best_mode") if told else None
        lower = mode == "min" if mode in ("min", "max") else metric in losses or lower_is_better(metric)
        return RunHistory(epochs, metric, lower, losses, frozenset(self._names))

    def _status(self, name: str) -> dict[str, Any]:
        try:
            status = json.loads(read_regular(self._folder / name, STATUS_BYTES))
        except OSError as error:
            self._note(name, error)
            return {}
        except (ValueError, RecursionError):
            self._problems.append(f"{name} is no JSON")
            return {}
        if not isinstance(status, dict):
            self._problems.append(f"{name} is no JSON object")
            return {}
        return status

    def _metrics(self, name: str) -> dict[int, dict[str, float]]:
        epochs: dict[int, dict[str, float]] = {}
        broken = most = 0
        for line, ended in self._lines(name):
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                values = None
            epoch = _whole(values.get("epoch")) if isinstance(values, dict) else None
            if epoch is None:
                # The last line may just be being written.
                broken += ended and bool(line.strip())
                if broken > MOST_BROKEN_LINES:
                    self._problems.append(f"{name} holds something else than metrics")
                    return epochs
                continue
            found = {key: _number(value) for key, value in values.items() if key not in NO_METRICS}
            self._names.update(found)
            finite = [(key, value) for key, value in found.items() if value is not None]
            most = max(most, len(finite))
            epochs[epoch] = dict(finite[:MOST_METRICS])
        if broken:
            self._problems.append(f"{name} has {'a line' if broken == 1 else f'{broken} lines'} that can't be read")
        if most > MOST_METRICS:
            self._problems.append(f"{name} has {most} metrics in an epoch; the first {MOST_METRICS} are read")
        return epochs

    def _results_lines(self, name: str) -> dict[int, dict[str, float]]:
        epochs = {}
        for line, _ in self._lines(name):
            if match := RESULTS_LINE.match(line):
                values = {}
                for part in match[2].split(" - ")[:MOST_METRICS]:
                    metric, _, text = part.rpartition(": ")
                    try:
                        values[metric.strip()] = float(text)
                    except ValueError:
                        continue
                self._names.update(filter(None, values))
                epochs[int(match[1])] = {key: value for key, value in values.items() if key and math.isfinite(value)}
        return epochs

    def _lines(self, name: str) -> Iterator[tuple[str, bool]]:
        """Yield the lines, and whether each is ended."""
        try:
            content, cut = end_of_file(self._folder / name, LOG_BYTES)
        except OSError as error:
            self._note(name, error)
            return
        lines = io.BytesIO(content.removeprefix(codecs.BOM_UTF8))
        if cut:
            self._problems.append(f"{name} is larger than {LOG_BYTES >> 20} MiB; only its end is read")
            lines.readline()
        for line in lines:
            yield line.rstrip(b"\r\n").decode("utf-8", errors="replace"), line.endswith(b"\n")

    def _note(self, name: str, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            self._problems.append(f"{name} can't be read: {error.strerror or error}")


def _best(epochs: Mapping[int, Mapping[str, float]], status: Mapping[str, Any]) -> tuple[str | None, int]:
    """The metric and the epoch that the run calls best; where it names none, the guess from the metrics' names."""
    said, value = _whole(status.get("best_epoch")), _number(status.get("best_value"))
    if said is not None and said in epochs and value is not None:
        if (told := _told_metric(epochs, status)) in epochs[said]:
            return told, said
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


def _told_metric(epochs: Mapping[int, Mapping[str, float]], status: Mapping[str, Any]) -> str | None:
    """The metric that the run names as that of its best epoch."""
    told = status.get("best_log")
    return told if isinstance(told, str) and any(told in found for found in epochs.values()) else None


def _losses(names: Any) -> frozenset[str]:
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return frozenset([*known, *(f"val_{name}" for name in known)])


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() and 0 <= number <= MOST else None
