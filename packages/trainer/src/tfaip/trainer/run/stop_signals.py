"""SIGINT and SIGTERM as a request to stop at the next good moment."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

from tfaip.trainer.reporting.notebook import in_notebook

__all__ = ["STOPPING", "StopRequested", "StopSignals"]

logger = logging.getLogger(__name__)

STOPPING = (signal.SIGINT, signal.SIGTERM)


class StopRequested(BaseException):
    """Unwinds what is going on once a stop was requested; no error, so that nothing takes it for one."""


class StopSignals:
    """Notes the first SIGINT or SIGTERM, and ends the process at the next SIGINT.

    It does so while its context lasts, in the main thread; in other threads, which get no signals, it does nothing.
    A SIGINT that is ignored, as in scripts' background jobs, remains so.

    Args:
        before_exit: Called before a second SIGINT ends the process, from another thread.
    """

    def __init__(self, before_exit: Callable[[], None] | None = None) -> None:
        self.before_exit = before_exit
        self.received: signal.Signals | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        # Python's own handlers wait until TensorFlow returns from a computation. This socket is told at once.
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._former[number] = signal.signal(number, self._note)
        self._former_descriptor = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, name="stop-signals", daemon=True).start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *_: object) -> None:
        if not self._former:
            return
        signal.set_wakeup_fd(self._former_descriptor)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self._former.clear()
        self._write.close()  # which ends the thread
        if self.received is not None and exc_type is None:
            # Too late for the run to stop, but not for the process.
            raise self.error()

    @property
    def number(self) -> int:
        """Number of the signal that was received; 0 if there was none."""
        return int(self.received or 0)

    def receive(self, number: int) -> None:
        """Take a signal that another process was sent."""
        self.received = self.received or signal.Signals(number)

    def check(self) -> None:
        """Raise `StopRequested` if a signal was received."""
        if self.received is not None:
            raise StopRequested

    def error(self) -> BaseException:
        """Return what ends the process as such a signal does: with the exit code 128 + its number."""
        if self.received == signal.SIGTERM:
            return SystemExit(128 + signal.SIGTERM)
        return KeyboardInterrupt()

    def _note(self, number: int, _: FrameType | None) -> None:
        self.received = self.received or signal.Signals(number)

    def _watch(self) -> None:
        noted = False
        with self._read:
            while numbers := self._read.recv(16):
                for number in numbers:
                    if number not in STOPPING:
                        continue
                    if noted and number == signal.SIGINT:
                        self._end_at_once()
                    if not noted:
                        noted = True
                        self.received = self.received or signal.Signals(number)
                        logger.warning(_words(signal.Signals(number)))

    def _end_at_once(self) -> None:
        try:
            if self.before_exit:
                self.before_exit()
            if sys.stderr.isatty():
                sys.stderr.write("\x1b[?25h")  # a live display hides the cursor
                sys.stderr.flush()
        finally:
            # The main thread may be inside of TensorFlow for long, and could not be unwound.
            os._exit(128 + signal.SIGINT)


def _words(received: signal.Signals) -> str:
    if in_notebook():
        return "Interrupted: finishing the step. A second interrupt ends the kernel at once"
    return f"{received.name}: finishing the step; a second SIGINT ends at once"
