"""A request for a worker, as the fork server gets it, and the `Surroundings` that the worker takes over."""

from __future__ import annotations

import json
import os
import signal
import struct
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["DESCRIPTORS", "FOR_CONSUMER", "IDLE", "NEWS", "Surroundings"]

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")  # Windows lacks some of them
FOR_CONSUMER = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
"""Signals that a terminal or a batch system sends to the whole group; the consumer decides on the reaction."""

NEWS = struct.Struct("<3i")
"""A message about a worker: its id, whether it has ended, and its exit code, negative for a signal.

Without an id, there is no worker, and the code is the number of an error. Each message says all, so that it may be read
twice: a signal handler may raise an error between reading it and taking note of it.
"""

IDLE = 60.0
"""Seconds that a server without workers waits for the next one."""

DESCRIPTORS = 7
"""A request: socket, board and lifeline of the worker, socket for messages about it, stdout, stderr, `Surroundings`."""


class Surroundings(NamedTuple):
    """The state of a process that its child inherits. A worker takes over that of the consumer.

    Attributes:
        environ: The environment.
        folder: The current folder.
        umask: The mask of new files; None where the system does not tell.
        niceness: The priority.
        cores: The cores that it may run on.
    """

    environ: dict[str, str]
    folder: str | None
    umask: int | None
    niceness: int
    cores: list[int]

    @classmethod
    def of_this_process(cls, environ: dict[str, str]) -> Surroundings:
        """The surroundings of the calling thread, with another environment."""
        folder = None
        with suppress(OSError):  # it may have been removed
            folder = str(Path.cwd())
        niceness = os.getpriority(os.PRIO_PROCESS, 0)
        return cls(environ, folder, _umask(), niceness, sorted(os.sched_getaffinity(0)))

    def to_file(self) -> int:
        """The descriptor of a file in memory that holds them."""
        descriptor = os.memfd_create("tfaip-pipeline-surroundings", os.MFD_CLOEXEC)
        with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
            json.dump(self, file)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    @classmethod
    def from_file(cls, descriptor: int) -> Surroundings:
        """The surroundings in such a file, which is closed."""
        with open(descriptor, encoding="utf-8") as file:
            return cls(*json.load(file))

    def take_over(self) -> None:
        """Make them those of this process, as far as it may change them."""
        os.environ.clear()
        os.environ.update(self.environ)
        if self.umask is not None:
            os.umask(self.umask)
        with suppress(OSError):
            if self.folder is not None:
                os.chdir(self.folder)
        with suppress(OSError):
            os.sched_setaffinity(0, self.cores)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, self.niceness)


def _umask() -> int | None:
    """The mask of new files, read where it need not be changed for it."""
    with suppress(OSError), Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return None
