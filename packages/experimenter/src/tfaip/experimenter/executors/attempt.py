"""An attempt at a run: the folder with its records, and the runner that writes them."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from tfaip.experimenter.executors import runner
from tfaip.experimenter.executors.interface import Ended, Job
from tfaip.experimenter.executors.process_identity import command_of, is_alive
from tfaip.experimenter.executors.process_tree import MARK, carries_mark

__all__ = ["GIVEN_UP", "Attempt", "assignment_refusal", "environment_of", "program_of"]

HERE = Path(__file__).parent
# Without `site` a runner starts in half the time. It needs nothing that is installed, and no `__init__` of the packages
# around it, since that would import tfaip.params: their folders are enough.
START_RUNNER = f"""import sys
for name, folder in ("tfaip", {str(HERE.parents[1])!r}), ("tfaip.experimenter", {str(HERE.parent)!r}), (
    "tfaip.experimenter.executors", {str(HERE)!r}
):
    package = sys.modules[name] = type(sys)(name)
    package.__path__ = [folder]
from {runner.__name__} import main
main(sys.argv[1:])"""
# Who created the file instead of a runner: the scheduler that gave the attempt up.
GIVEN_UP = "given up"


class Attempt:
    """The records of an attempt: `owner`, `child` and `exit`, which its runner writes.

    Args:
        folder: Where all attempts leave their records.
        key: Name of the attempt.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.key = key
        self.folder = folder / key

    @property
    def owner(self) -> str | None:
        """Identity of the runner, or `GIVEN_UP`; `None` as long as neither has come."""
        return _read(self.folder / runner.OWNER)

    @property
    def beat(self) -> int | None:
        """Time at which the runner touched its record last, which tells by its changes that the runner lives."""
        try:
            # Opened, since a shared file system may remember the times of a file for a minute.
            with (self.folder / runner.OWNER).open("rb") as file:
                return os.fstat(file.fileno()).st_mtime_ns
        except OSError:
            return None

    @property
    def child(self) -> str | None:
        """Identity of the process of the run; `None` until it starts."""
        return _read(self.folder / runner.CHILD)

    @property
    def living_owner(self) -> str | None:
        """Identity of the runner if it still runs.

        The records may come from elsewhere, with the folder. So the start of a process must match, and its command: the
        one of a runner names the folder of the attempt.
        """
        owner = self.owner
        if not owner or not is_alive(owner):
            return None
        return owner if f"{os.sep}{self.key} " in f"{command_of(_number(owner))} " else None

    @property
    def living_child(self) -> int | None:
        """Number of the process of the run if it still runs, and was started for this attempt."""
        child, last_word = self.child, _read(self.folder / runner.LAST_WORD)
        if not child or not is_alive(child):
            return None
        number = _number(child)
        return (
            number if carries_mark(number, self.key) or (last_word and command_of(number).endswith(last_word)) else None
        )

    @property
    def started(self) -> float | None:
        """When the run started, in seconds since 1970; `None` until then."""
        try:
            return (self.folder / runner.CHILD).stat().st_mtime
        except OSError:
            return None

    @property
    def ended(self) -> Ended | None:
        """How the run ended; `None` until it has."""
        record = _read(self.folder / runner.EXIT)
        if record is None:
            return None
        code, started, ended, *stopped = record.split()
        return Ended(int(code), float(started), float(ended), "".join(stopped))

    def make(self, job: Job) -> None:
        """Make the folders of the records and of the console output."""
        self.folder.mkdir(parents=True)
        job.console.parent.mkdir(parents=True, exist_ok=True)

    def runner_words(self, job: Job, grace: float, wake: str) -> list[str]:
        """Return the command line of the runner.

        Args:
            job: The command that it runs.
            grace: Seconds between the signals that stop the run.
            wake: Descriptor that it writes to at the end; `runner.NEVER` for none.
        """
        timeout = runner.NEVER if job.timeout is None else repr(job.timeout)
        settings = [str(self.folder), str(job.console), timeout, repr(grace), wake]
        return [sys.executable, "-I", "-S", "-c", START_RUNNER, *settings, *job.words]

    def give_up(self) -> bool:
        """Make sure that a runner which is still on its way won't start the run; false if one was faster."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with (self.folder / runner.OWNER).open("x", encoding="utf-8") as file:
                file.write(GIVEN_UP)
        except FileExistsError:
            return False
        return True

    def remove(self) -> None:
        """Remove the records."""
        shutil.rmtree(self.folder, ignore_errors=True)


def environment_of(job: Job) -> dict[str, str]:
    """Return the environment of a runner: its variables, the mark of its run, a path to installed commands."""
    scripts = sysconfig.get_path("scripts")
    # Programs are found beside the interpreter behind other words too: `nice -n 5 tfaip-train`.
    path = os.pathsep.join(filter(None, [os.environ.get("PATH", os.defpath), scripts]))
    return {**os.environ, "PATH": path, MARK: job.key}


def program_of(word: str) -> str | None:
    """Return the program of a word: on the PATH, or beside the interpreter whose environment isn't activated."""
    return shutil.which(word) or shutil.which(word, path=sysconfig.get_path("scripts"))


def assignment_refusal(words: Sequence[str]) -> str | None:
    """Return why a command line that begins with a shell's assignment can't be run; `None` for any other."""
    name, equals, _ = words[0].partition("=")
    if equals and name.isidentifier():
        return f"a variable is set by a program: write env {words[0]} and then the command"
    return None


def _number(identity: str) -> int:
    return int(identity.partition(" ")[0])


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None
