"""status.json: the state of a run, for a look from outside."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tfaip.params import UserError
from tfaip.trainer.folder.run_folder import write_atomically

__all__ = ["StatusFile"]

# Characters of the reason why a run failed.
LONGEST_REASON = 2000


class StatusFile:
    """A context that rewrites the status at most once a second or when the state changes, and at the end.

    Args:
        path: The file; `None` writes nothing.
        epochs: Epochs that are planned.
    """

    def __init__(self, path: Path | None, epochs: int) -> None:
        self._path = path
        self._status: dict[str, Any] = {
            "state": "running",
            "epochs": epochs,
            "pid": os.getpid(),
            "losses": ["loss"],
        }
        self._written = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if os.getpid() != self._status["pid"]:
            return  # a forked child that unwinds is not the run
        if exc is None:
            self.end("finished")
            return
        # Where the disk is full this fails too, for the reason that is on its way already.
        with suppress(OSError):
            if isinstance(exc, KeyboardInterrupt | SystemExit):
                self.end("stopped", reason=_signal(exc))
            else:
                self.end("failed", reason=_reason(exc))

    def note(self, **fields: Any) -> None:
        """Change some fields, to be written with the next update."""
        self._status.update(fields)

    def update(self, **fields: Any) -> None:
        """Change some fields: state, epoch, step, best_*, eta (seconds), losses (names of logs)."""
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


def _signal(error: KeyboardInterrupt | SystemExit) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "SIGINT"
    return "SIGTERM" if error.code == 128 + signal.SIGTERM else f"exit code {error.code}"


def _reason(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:  # what users' errors do is theirs
        message = ""
    # The messages of the project stand alone; those of libraries often say little without their type.
    text = message if isinstance(error, UserError) and message else f"{type(error).__name__}: {message}".rstrip(": ")
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}..."
