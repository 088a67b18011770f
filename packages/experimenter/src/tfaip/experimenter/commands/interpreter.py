"""Rows that run with another Python interpreter than the experimenter's."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePath

from tfaip.experimenter.commands.command_words import command_position, is_python
from tfaip.experimenter.errors import ExperimenterError

__all__ = ["Interpreter"]


class Interpreter:
    """Rewrites command lines so that their Python programs run with one interpreter.

    Args:
        executable: Path or name of the interpreter.

    Raises:
        ExperimenterError: There is no such program.
    """

    def __init__(self, executable: str) -> None:
        self.executable = executable
        if shutil.which(executable) is None:
            raise ExperimenterError(f"--python: expects a Python interpreter, got {executable}, which is no program")

    def words(self, words: Sequence[str]) -> list[str]:
        """Return the command line with the interpreter in it.

        `python` and scripts (`train.py`) run with it, as do commands that are installed beside it, also behind words
        such as `nice -n 5`. Other programs stay as they are.

        Raises:
            ExperimenterError: A command of tfaip isn't installed for this interpreter.
        """
        position = command_position(words) or 0
        return [*words[:position], *self._program(words[position]), *words[position + 1 :]]

    def _program(self, word: str) -> list[str]:
        name = PurePath(word).name
        if is_python(name):
            return [self.executable]
        if name.endswith(".py"):
            return [self.executable, word]
        if name != word:
            return [word]
        script = self._scripts / name
        if _is_python_script(script):
            return [self.executable, str(script)]
        if name.startswith("tfaip-"):
            raise ExperimenterError(
                f"--python {self.executable}: there is no {name} in {self._scripts}; install tfaip for this interpreter"
            )
        return [word]

    @cached_property
    def _scripts(self) -> Path:
        """Where the interpreter's commands are: it knows that itself, also behind a link or a shim."""
        program = "import sysconfig; print(sysconfig.get_path('scripts'))"
        done = subprocess.run([self.executable, "-c", program], capture_output=True, text=True)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise ExperimenterError(f"--python: {self.executable} doesn't run as a Python interpreter: {last}")
        return Path(done.stdout.strip())


def _is_python_script(path: Path) -> bool:
    """Also those that start as a shell script, since the path of their interpreter is too long for a first line."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return False
    return head.startswith(b"#!") and b"python" in head
