"""train.log: the messages of the loggers during a run."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tfaip.model.command.log_format import LogFormatter
from tfaip.trainer.folder.growing_files import end_last_line

__all__ = ["logged_to"]


@contextmanager
def logged_to(path: Path | None) -> Iterator[None]:
    """Append the messages of tfaip's loggers to the file at `path`, or to none if it is `None`."""
    if path is None:
        yield
        return
    end_last_line(path)
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(LogFormatter("%(asctime)s %(levelname)-8s %(message)s"))
    handler.setLevel(logging.INFO)
    logger = logging.getLogger("tfaip")
    level = logger.level
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        with suppress(OSError):  # what it could not write, it can't write at its end either
            handler.close()


class _LogFile(logging.FileHandler):
    """A log without lost lines. If the disk is full, the run must end."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Raise the error, which logging would only print."""
        raise
