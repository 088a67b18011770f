"""The locks of a file system, tried before the state of a queue relies on them."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import IO

from tfaip.experimenter.errors import ExperimenterError

__all__ = ["require_locks"]


def require_locks(folder: Path) -> None:
    """Refuse a folder whose file system has no locks, or has locks that keep nobody out.

    SQLite takes the same kind of locks. Without them, two experimenters would start the same run.

    Raises:
        ExperimenterError: The folder can't hold the state of a queue.
    """
    try:
        import fcntl
    except ImportError:
        return  # Windows, whose locks SQLite takes by other means
    path = folder / f".locks.{os.getpid()}"
    try:
        with path.open("w") as first, path.open("w") as second:
            try:
                fcntl.lockf(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise _refusal(folder, error.strerror or str(error)) from error
            if _gets_through(second):
                raise _refusal(folder, "a second lock on a locked file is granted")
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _gets_through(file: IO[str]) -> bool:
    """Whether an open file takes a lock that another one holds; unlike others, this kind differs within a process."""
    import fcntl

    own = getattr(fcntl, "F_OFD_SETLK", None)
    if own is None:
        return False
    request = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        fcntl.fcntl(file, own, request)
    except OSError:
        return False  # held, as it should be; or a system without this kind
    return True


def _refusal(folder: Path, why: str) -> ExperimenterError:
    return ExperimenterError(
        f"the state of the queue can't be kept in {folder}: the file system has no working locks ({why}); "
        "give --state with a folder on another one"
    )
