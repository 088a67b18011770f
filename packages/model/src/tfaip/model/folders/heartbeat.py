"""The owner of a folder on a file system without locks."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tfaip.params.regular_files import read_regular
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import secrets
    import socket
    import tempfile
else:
    # Who only reads folders or asks for help needs none.
    secrets = loaded_later("secrets")
    socket = loaded_later("socket")
    tempfile = loaded_later("tempfile")

__all__ = ["MAX_RECORD", "Heartbeat"]

INTERVAL = 10.0
# Seconds without a heartbeat after which an owner counts as dead.
DEAD = 60.0
# Host, pid and token take some hundred bytes.
MAX_RECORD = 1 << 10


class Heartbeat:
    """A file that its owner touches every 10 s; after 60 s without, another process may take its place.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._record = json.dumps(
            {"host": socket.gethostname(), "pid": os.getpid(), "token": secrets.token_hex(8)}
        ).encode()
        self._ended = threading.Event()
        self._is_held = False

    @property
    def is_held(self) -> bool:
        """Whether the file is still that of this owner."""
        return self._is_held

    def begin(self) -> bool:
        """Make the file and keep touching it.

        Returns:
            Whether it was made; another owner may be alive.
        """
        if not (self._make() or (self._remove_dead() and self._make())):
            return False
        self._is_held = True
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        return True

    def end(self) -> None:
        """Remove the file, unless another owner has taken its place."""
        self._ended.set()
        if self._is_own():
            self.path.unlink(missing_ok=True)
        self._is_held = False

    def _make(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            return False
        os.write(descriptor, self._record)
        os.close(descriptor)
        return True

    def _beat(self) -> None:
        while not self._ended.wait(INTERVAL):
            # A network that is gone for a moment is no reason to give up.
            with suppress(OSError):
                if not self._is_own():
                    self._is_held = False
                    return
                os.utime(self.path)

    def _is_own(self) -> bool:
        try:
            return read_regular(self.path, MAX_RECORD) == self._record
        except FileNotFoundError:
            return False

    def _remove_dead(self) -> bool:
        """Remove the file of an owner that is dead."""
        try:
            record, touched = read_regular(self.path, MAX_RECORD), self.path.stat().st_mtime
        except FileNotFoundError:
            return True
        if self._now() - touched < DEAD:
            return False
        aside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(8)}")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return True  # another process was faster
        if aside.read_bytes() != record:
            # Another process was faster, and this is its file.
            with suppress(FileExistsError):
                os.link(aside, self.path)
        aside.unlink()
        return True

    def _now(self) -> float:
        """The time of the file system, whose clock is that of the files."""
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=f"{self.path.name}.") as file:
            return os.fstat(file.fileno()).st_mtime
