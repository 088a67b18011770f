"""`ForkedProcess`: a process that the fork server makes in a few milliseconds, as the consumer's process sees it."""

from __future__ import annotations

import os
import select
import signal
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from tfaip.params.trust.same_modules import command_with_same_modules
from tfaip.pipeline.engine.processes.surroundings import IDLE, NEWS, Surroundings
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import socket
    import subprocess
else:
    # Pipelines without workers need none.
    socket = loaded_later("socket")
    subprocess = loaded_later("subprocess")

__all__ = ["ForkedProcess", "start_fork_server"]

_ENTRY = "from tfaip.pipeline.engine.processes.fork_server import main; main()"

# One thread per process: several workers whose numerical libraries use all cores each get in each other's way.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

_READ_AT_START = ("PYTHON", "LD_", "MALLOC_", "GLIBC_", "LC_", "LANG", "TZ", "OMP_", "OPENBLAS_", "MKL_", "NUM", "NPY_")
"""Beginnings of the variables that Python, NumPy and C's libraries read when they start."""

_TRUSTED = IDLE - 10
"""Seconds for which a server without workers is sure to be there."""


class _ForkServer:
    """A fork server that this process has started.

    It ends when nothing refers to this object any more: neither this module nor a process that it has forked and that
    has not ended.
    """

    def __init__(self) -> None:
        self._key = _key()
        self._owner = os.getpid()
        self._used = monotonic()
        self._forked: weakref.WeakSet[ForkedProcess] = weakref.WeakSet()
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            # A fresh Python process, never a fork of this one, whose threads and locks it would inherit in any state.
            process = subprocess.Popen(
                [*command_with_same_modules(_ENTRY), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(os.environ),
            )
        self._process = process
        self._end = weakref.finalize(self, _end, self._requests, process, self._owner)

    def is_usable(self) -> bool:
        """Whether it is there, and would be started in the same way now."""
        if self._owner != os.getpid() or self._process.poll() is not None or self._key != _key():
            return False
        return any(process.is_watched for process in self._forked) or monotonic() - self._used < _TRUSTED

    def fork(self, process: ForkedProcess, descriptors: list[int]) -> None:
        """Ask for a fork."""
        with _lock:
            self._used = monotonic()
            self._forked.add(process)
            socket.send_fds(self._requests, [b"."], descriptors)

    def is_of_parent(self) -> None:
        """This process is a fork, and has nothing to do with the server."""
        self._end()
        self._process.returncode = 0  # so that no warning says that it still runs

    def is_left(self) -> None:
        """A fork was seen to end."""
        self._used = monotonic()


class ForkedProcess:
    """A worker process in surroundings like those of this process.

    Args:
        connection: The socket of the worker.
        board: Its board.
        lifeline: The reading end of its lifeline.

    Attributes:
        refusal: The number of the error for which there is no process; 0 if there is one.
    """

    def __init__(self, connection: int, board: int, lifeline: int) -> None:
        self._pid: int | None = None
        self._code: int | None = None
        self._server: _ForkServer | None = None
        self.is_watched = True
        self.refusal = 0
        self._messages, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        surroundings = nowhere = -1
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            surroundings = Surroundings.of_this_process(_environment(os.environ)).to_file()
            out, err = (number if _is_for_children(number) else nowhere for number in (1, 2))
            server = self._server = start_fork_server()
            server.fork(self, [connection, board, lifeline, theirs.fileno(), out, err, surroundings])
        except BaseException:
            self._messages.close()
            raise
        finally:
            theirs.close()
            for descriptor in (nowhere, surroundings):
                if descriptor >= 0:
                    os.close(descriptor)

    @property
    def pid(self) -> int:
        """The id of the process, once the server has told it; 0 if the server is gone."""
        while self._pid is None and self._learn(None):
            pass
        return self._pid or 0

    def kill(self) -> None:
        """End the process at once."""
        # As long as we have not been told of its end and closed the socket, no other process gets its id.
        if self.pid and self.is_watched:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code (negative for a signal) once it has ended; None if it has not, or if the server is gone."""
        if self.is_watched and self.pid:
            deadline = None if timeout is None else monotonic() + timeout
            while self.is_watched and self._learn(None if deadline is None else max(0.0, deadline - monotonic())):
                pass
        return self._code

    def leave(self) -> None:
        """Close this end only: the process that has asked for it has the other copy."""
        self.is_watched = False
        self._messages.close()

    def _learn(self, timeout: float | None) -> bool:
        """Take note of the next message of the server; False if there is none in time, or the server is gone."""
        if not self.is_watched:
            return False
        poll = select.poll()
        poll.register(self._messages, select.POLLIN)
        if not poll.poll(None if timeout is None else timeout * 1000):
            return False
        # Taken only after it was noted: an error of a signal handler in between must not lose it.
        told = self._messages.recv(NEWS.size, socket.MSG_PEEK)
        if len(told) < NEWS.size:
            self._close()
            return False
        self._note(*NEWS.unpack(told))
        if self.is_watched:
            self._messages.recv(NEWS.size)
        return True

    def _note(self, pid: int, has_ended: int, code: int) -> None:
        self._pid = pid
        if has_ended:
            if pid:
                self._code = code
            else:
                self.refusal = code
            self._close()

    def _close(self) -> None:
        if self.is_watched:
            self.is_watched = False
            self._messages.close()
            if self._server is not None:
                self._server.is_left()
                # An error or a cycle may keep this object for long, but no longer the server.
                self._server = None


_lock = threading.RLock()
_servers: list[_ForkServer] = []


def start_fork_server() -> _ForkServer:
    """The fork server of this process. Its start takes a few tenths of a second, in parallel to the caller."""
    with _lock:
        if not _servers or not _servers[0].is_usable():
            _servers[:] = [_ForkServer()]
        return _servers[0]


def _end(requests: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    requests.close()
    if owner == os.getpid():
        # Nobody wants its forks any more, and its own way to the end takes longer.
        with suppress(PermissionError):  # this process may have given up its rights since
            process.kill()
        process.wait()


def _forget_server_of_parent() -> None:
    """In a fork of this process, whose open socket would keep the server alive."""
    global _lock
    _lock = threading.RLock()  # another thread may have held it
    for server in _servers:
        server.is_of_parent()
    _servers.clear()


if hasattr(os, "register_at_fork"):  # other systems have no workers
    os.register_at_fork(after_in_child=_forget_server_of_parent)


def _is_for_children(descriptor: int) -> bool:
    """Whether a descriptor is stdout or stderr, rather than closed or taken by a file of Python."""
    try:
        return os.get_inheritable(descriptor)
    except OSError:
        return False


def _key() -> tuple[Any, ...]:
    """The state of this process that a server has from its start, and can't take over later."""
    limits = ""
    with suppress(OSError):
        limits = Path("/proc/self/limits").read_text(encoding="ascii")
    variables = {name: value for name, value in os.environ.items() if name.startswith(_READ_AT_START)}
    # The rights of a process that gives them up are not left to its workers.
    rights = os.getresuid(), os.getresgid(), os.getgroups()
    return command_with_same_modules(_ENTRY), variables, rights, limits


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {**dict.fromkeys(_THREADS, "1"), **environ}
