"""metrics.jsonl: one JSON object an epoch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path

__all__ = ["append_metrics"]


def append_metrics(path: Path, epoch: int, step: int, logs: Mapping[str, float]) -> None:
    """Append the logs of an epoch; values that are not finite are written as `null`, which JSON has a word for."""
    values = {name: value if math.isfinite(value) else None for name, value in logs.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"epoch": epoch, "step": step, "time": time.time(), **values}) + "\n")
