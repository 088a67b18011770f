"""The fork server: a process that has imported what each worker needs, and forks for each worker that is asked for.

It imports no module of the user and starts no thread, so that its forks are like fresh interpreters: they only start in
a few milliseconds. It sees to its forks, since it is their parent, and ends with the process that started it.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import signal
import socket
import sys
import warnings
from contextlib import suppress
from typing import Any

import numpy as np

from tfaip.pipeline.engine.processes import worker_main
from tfaip.pipeline.engine.processes.surroundings import DESCRIPTORS, FOR_CONSUMER, IDLE, NEWS, Surroundings
from tfaip.pipeline.running import data_pipeline

__all__ = ["main"]

_MESSAGES = 3
"""The place of the socket for messages in a request."""

_LOADED = (data_pipeline, np.random)
"""Loaded before the first fork, since the modules of users import them."""


def main() -> None:
    """Fork workers until the process at the other end of the socket closes it; in a fork, be the worker.

    The argument is the file descriptor of the socket.
    """
    for number in FOR_CONSUMER:
        signal.signal(number, signal.SIG_IGN)
    # The process that started it may block all signals, as those do that wait for them.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    gc.collect()
    gc.freeze()  # so that no collection in a worker writes to memory that it shares with the others
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        received = _Server(requests).serve()
    if received is not None:
        _be_worker(*received)


class _Server:
    """Forks, and tells of the ends of the forks.

    A worker that has ended stays a zombie until the consumer has closed the socket for messages about it. Until then,
    its id is given to no other process, and the consumer may kill it by its id.
    """

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._ended, self._wake_up = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.set_wakeup_fd(self._wake_up, warn_on_full_buffer=False)
        self._poll = select.poll()
        for descriptor in (requests.fileno(), self._ended):
            self._poll.register(descriptor, select.POLLIN)
        self._children: dict[int, tuple[int, socket.socket]] = {}
        self._untold: set[int] = set()
        self._spare: list[int] = []
        self._keep_spare()

    def serve(self) -> list[int] | None:
        """In a fork, the descriptors of its request; in the server None, when nobody needs it any more."""
        while True:
            events = self._poll.poll(None if self._children else IDLE * 1000)
            if not events:
                return None
            for descriptor, _ in events:
                if descriptor == self._requests.fileno():
                    self._give_spare_back()
                    data, descriptors, _, _ = socket.recv_fds(self._requests, 1, DESCRIPTORS)
                    if not data:
                        self._end_all()
                        return None
                    if self._answer(descriptors):
                        return descriptors
                elif descriptor == self._ended:
                    with suppress(BlockingIOError):
                        os.read(self._ended, 4096)
                    self._tell_of_ended()
                elif descriptor in self._children:
                    self._forget(descriptor)

    def _answer(self, descriptors: list[int]) -> bool:
        """Fork for a request, or refuse it; whether this is the fork."""
        try:
            if len(descriptors) != DESCRIPTORS:  # the system has no room for them
                raise OSError(errno.ENFILE, os.strerror(errno.ENFILE))
            # Of the request, one stays open here: the next one must find as much room as this one.
            self._spare.append(os.dup(self._ended))
            if self._fork(descriptors):
                return True
        except OSError as error:
            if len(descriptors) > _MESSAGES:
                with socket.socket(fileno=descriptors.pop(_MESSAGES)) as messages, suppress(ConnectionError):
                    messages.send(NEWS.pack(0, 1, error.errno or 0))
            for descriptor in descriptors:
                os.close(descriptor)
        self._keep_spare()
        return False

    def _keep_spare(self) -> None:
        """Hold room for the descriptors of a request: those for which there is none are lost when it arrives."""
        with suppress(OSError):
            while len(self._spare) < DESCRIPTORS:
                self._spare.append(os.dup(self._ended))

    def _give_spare_back(self) -> None:
        while self._spare:
            os.close(self._spare.pop())

    def _fork(self, descriptors: list[int]) -> bool:
        """Whether this is the fork."""
        with warnings.catch_warnings():
            # Numerical libraries may have threads, and see to them at a fork. With -W error, this would be an error.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._requests.close()
            for _, messages in self._children.values():
                messages.close()
            self._give_spare_back()
            os.close(self._ended)
            os.close(self._wake_up)
            return True
        messages = socket.socket(fileno=descriptors[_MESSAGES])
        for descriptor in (*descriptors[:3], *descriptors[4:]):
            os.close(descriptor)
        self._children[messages.fileno()] = pid, messages
        self._untold.add(messages.fileno())
        self._poll.register(messages, select.POLLIN)
        with suppress(ConnectionError):
            messages.send(NEWS.pack(pid, 0, 0))
        self._tell_of_ended()
        return False

    def _tell_of_ended(self) -> None:
        for descriptor in list(self._untold):
            pid, messages = self._children[descriptor]
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                self._untold.discard(descriptor)
                with suppress(ConnectionError):
                    code = ended.si_status * (1 if ended.si_code == os.CLD_EXITED else -1)
                    messages.send(NEWS.pack(pid, 1, code))

    def _forget(self, descriptor: int) -> None:
        """The consumer has closed the socket: it knows that the worker has ended, or does not want it any more."""
        pid, messages = self._children.pop(descriptor)
        self._untold.discard(descriptor)
        self._poll.unregister(messages)
        messages.close()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def _end_all(self) -> None:
        for pid, messages in self._children.values():
            os.kill(pid, signal.SIGKILL)
            messages.close()


def _be_worker(socket_of_worker: int, board: int, lifeline: int, messages: int, out: int, err: int, file: int) -> None:
    Surroundings.from_file(file).take_over()
    os.close(messages)
    for descriptor, number in ((out, 1), (err, 2)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # A server has no terminal. Lines come out as they are written, whole, and aren't lost with a worker that is killed.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Python does this for its own random numbers, so that no two workers draw the same ones.
    np.random.seed()
    worker_main.main(socket_of_worker, board, lifeline)


def _ignore(number: int, frame: Any) -> None:
    """A handler, since a signal that is ignored wakes nobody up."""
