"""metrics.jsonl: one JSON object an epoch."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfaip.trainer.folder.growing_files import end_last_line
from tfaip.trainer.recorders.base import RecordedRun, Recorder

__all__ = ["MetricsFile", "append_metrics", "read_metrics"]

logger = logging.getLogger(__name__)


class MetricsFile(Recorder):
    """Appends the logs of each epoch to metrics.jsonl; each run has it, since tables and other programs read it."""

    def open(self, run: RecordedRun) -> None:
        """Know the file."""
        self._path = run.folder / "metrics.jsonl"
        self._stage = ""

    def stage(self, epoch: int, step: int, number: int, name: str) -> None:
        """Remember the name for the logs that follow."""
        self._stage = name

    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Append the logs of an epoch."""
        append_metrics(self._path, epoch, step, logs, stage=self._stage)

    def diagnostics(self, epoch: int, step: int, values: Mapping[str, float]) -> None:
        """Append nothing: these figures are to look at, they are no results."""


def append_metrics(path: Path, epoch: int, step: int, logs: Mapping[str, float], *, stage: str = "") -> None:
    """Append the logs of an epoch, and the name of its stage if it has one.

    Values that are not finite are written as `null`, which JSON has a word for.
    """
    values = {name: value if math.isfinite(value) else None for name, value in logs.items()}
    end_last_line(path)
    with path.open("a", encoding="utf-8") as file:
        named = {"stage": stage} if stage else {}
        file.write(json.dumps({"epoch": epoch, "step": step, **named, "time": time.time(), **values}) + "\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the logs of the epochs in the file; damaged lines are left out with one warning."""
    rows, damaged = [], 0
    with path.open("rb") as file:
        for line in file:
            row = _row(line)
            if row:
                rows.append(row)
            else:
                damaged += 1
    if damaged:
        logger.warning("%s has %d damaged lines, which are left out of the tables", path, damaged)
    return rows


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(row, dict) or type(row.get("epoch")) is not int:
        return {}
    return {name: value for name, value in row.items() if _is_shown(name, value)}


def _is_shown(name: str, value: Any) -> bool:
    return value is None or type(value) in (int, float) or (name == "stage" and isinstance(value, str))
