"""The command in a process of its own that starts within milliseconds: a fork of the tests, which have loaded it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

import tfaip.experimenter.cli.modes  # noqa: F401 - so that not each fork imports it
from tfaip.experimenter.cli.command import PROG, main

__all__ = ["CAN_FORK", "ForkedCommand"]

# Elsewhere, a fork may not use what the system has loaded before.
CAN_FORK = sys.platform == "linux"


class ForkedCommand:
    """A process as `subprocess.Popen` has them: the methods that tests call.

    Args:
        words: The arguments of the command.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.args = [PROG, *words]
        self.returncode: int | None = None
        self._output: list[IO[bytes]] = [TemporaryFile(), TemporaryFile()]  # noqa: SIM115 - until they are read
        self._errors: IO[str] | None = None
        self._read: tuple[str, str] | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _become(words, [file.fileno() for file in self._output])

    @property
    def stderr(self) -> IO[str]:
        """The errors so far, read from their beginning."""
        if self._errors is None:
            self._errors = Path(f"/proc/self/fd/{self._output[1].fileno()}").open(encoding="utf-8")  # noqa: SIM115
        return self._errors

    def poll(self) -> int | None:
        """Return the exit code, `None` as long as the process runs."""
        return self._ended(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code."""
        if timeout is None:
            code = self._ended(0)
            assert code is not None
            return code
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.002)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; return its output and its errors."""
        self.wait(timeout)
        if self._read is None:
            texts = []
            if self._errors is not None:
                self._errors.close()
            for file in self._output:
                file.seek(0)
                texts.append(file.read().decode())
                file.close()
            self._read = texts[0], texts[1]
        return self._read

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, flags: int) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, flags)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode


def _become(words: Sequence[str], output: Sequence[int]) -> NoReturn:
    """Turn this process, a fork, into the command."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, descriptor in enumerate([nothing, *output]):
            os.dup2(descriptor, number)
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - until the process ends
        sys.stdout, sys.stderr = (open(number, "w", buffering=1, encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
        # As a new interpreter does.
        sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        try:
            main(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
