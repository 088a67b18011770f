"""status.json: where a run stands, for whoever looks at it from outside."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfaip.trainer.run_folder import write_atomically

__all__ = ["StatusFile"]


class StatusFile:
    """Rewrites the status whole, at most once a second unless the state changes.

    Args:
        path: The file; `None` writes nothing.
        epochs: Epochs that are planned.
        losses: Names of the logs that are losses.
    """

    def __init__(self, path: Path | None, epochs: int, losses: Sequence[str] = ("loss",)) -> None:
        self._path = path
        self._status: dict[str, Any] = {
            "state": "running",
            "epochs": epochs,
            "pid": os.getpid(),
            "losses": list(losses),
        }
        self._written = 0.0

    def update(self, **fields: Any) -> None:
        """Change some fields: state, epoch, step, best_value, best_epoch, eta (seconds)."""
        changed = fields.get("state", self._status["state"]) != self._status["state"]
        self._status.update(fields)
        now = time.monotonic()
        if self._path and (changed or now - self._written >= 1):
            self._written = now
            write_atomically(self._path, {**self._status, "time": time.time()})

    def end(self, state: str, **fields: Any) -> None:
        """Write the last state: finished, stopped or failed."""
        self._written = 0.0
        self.update(state=state, eta=0.0 if state == "finished" else None, **fields)
