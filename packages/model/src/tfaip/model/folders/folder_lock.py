"""A folder that one process writes at a time."""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tfaip.model.folders.heartbeat import MAX_RECORD, Heartbeat
from tfaip.params import UserError
from tfaip.params.regular_files import read_regular
from tfaip.params.shown_text import one_line
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import socket
else:
    # Who only reads folders or asks for help needs none.
    socket = loaded_later("socket")

__all__ = ["FolderInUseError", "FolderLock"]

# A look at the lock from another process takes it for less than a millisecond.
WAIT = 0.5


class FolderInUseError(UserError, RuntimeError):
    """Another process writes a folder.

    Attributes:
        owner: That process, in words.
    """

    def __init__(self, path: Path, owner: str) -> None:
        super().__init__(f"{path} is in use by {owner}: wait until it has ended, or choose another folder")
        self.owner = owner


class FolderLock:
    """A lock of the operating system, which ends with its process; a context that holds it.

    It isn't inherited: a child that outlives the process does not hold it. Its file holds host and pid of the owner,
    for messages only. A file system without locks gets a `Heartbeat` instead.

    Args:
        path: The file of the lock; it is there as long as the lock is held.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._heartbeat: Heartbeat | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process holds the lock."""
        return self._descriptor is not None or (self._heartbeat is not None and self._heartbeat.is_held)

    @property
    def is_lost(self) -> bool:
        """Whether another process has taken it; one that is suspended for a minute may lose a heartbeat."""
        return self._heartbeat is not None and not self._heartbeat.is_held

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            FolderInUseError: Another process holds it, or another thread of this one.
            OSError: The file can't be written.
        """
        # Help and short commands go without the 50 ms that it takes to import.
        import filelock

        until = time.monotonic() + WAIT
        while True:
            is_new = not self.path.exists()
            descriptor = _open(self.path)
            try:
                is_locked = filelock.lock_descriptor(descriptor, blocking=False)
                if is_locked and _is_at(descriptor, self.path):
                    break
            except OSError:
                os.close(descriptor)
                if is_new:
                    self.path.unlink(missing_ok=True)
                self._take_heartbeat()
                return
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            if is_locked:
                continue  # the owner has just removed this file
            if time.monotonic() >= until:
                raise FolderInUseError(self.path.parent, _owner(self.path))
            time.sleep(0.02)
        self._descriptor = descriptor
        _held.add(self)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"host": socket.gethostname(), "pid": os.getpid()}).encode())

    def release(self) -> None:
        """Give the lock up, and remove its file."""
        heartbeat, self._heartbeat = self._heartbeat, None
        if heartbeat:
            heartbeat.end()
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        _held.discard(self)
        # While it is held: a process that opens the file from now on makes a new one.
        with suppress(OSError):
            self.path.unlink()
        os.close(descriptor)

    def _take_heartbeat(self) -> None:
        heartbeat = Heartbeat(self.path.with_name(f"{self.path.name}.heartbeat"))
        if not heartbeat.begin():
            raise FolderInUseError(self.path.parent, _owner(heartbeat.path))
        self._heartbeat = heartbeat

    def _forget(self) -> None:
        """Close the lock of the parent, which the parent still holds."""
        self._heartbeat = None
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


_held: set[FolderLock] = set()


def _forget_all() -> None:
    for lock in _held:
        lock._forget()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _open(path: Path) -> int:
    """Open the file of a lock, or make it; a link may come with a folder from elsewhere, and its target stays."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise OSError(errno.EINVAL, f"{path.name} in it is no regular file; remove it", str(path))
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _owner(path: Path) -> str:
    try:
        owner = json.loads(read_regular(path, MAX_RECORD))
        return f"process {int(owner['pid'])} on {one_line(str(owner['host'])[:100])}"
    except (OSError, ValueError, TypeError, KeyError):
        return "another process"
