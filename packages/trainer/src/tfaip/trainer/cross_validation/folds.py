"""The runs of a cross-validation, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tfaip.params import UserError
from tfaip.trainer.folder.run_folder import RunFolder, write_atomically

__all__ = ["FoldError", "Folds"]

ARGUMENTS = "arguments.json"


class FoldError(UserError):
    """A cross-validation can't begin or go on; nothing of its finished folds is lost."""


class Folds:
    """The runs `fold-1`, `fold-2`, ... in a folder; finished ones stay, interrupted ones are resumed.

    Args:
        path: Folder of the runs.
        count: Number of folds.
        scenario: The scenario as `tfaip-train` takes it.
        words: Arguments of `tfaip-train`, without an output folder.
        trust: Packages that the user trusts.
        call: Runs a command and returns its exit code.
    """

    def __init__(
        self,
        path: Path,
        count: int,
        scenario: str,
        words: Sequence[str],
        trust: Sequence[str] = (),
        call: Callable[[Sequence[str]], int] | None = None,
    ) -> None:
        self.path = path
        self.runs = [RunFolder(path / f"fold-{number}") for number in range(1, count + 1)]
        self._scenario = scenario
        self._words = list(words)
        self._trust = list(trust)
        self._call = call or _run

    def train(self, begin: Callable[[int], None] = lambda _: None) -> None:
        """Train all folds that are not finished, one after the other.

        Args:
            begin: Called with the number of each fold that is trained, from 1.

        Raises:
            FoldError: The folder holds folds of other arguments, or a training failed.
            KeyboardInterrupt: A training was interrupted; it has written a checkpoint.
        """
        self._require_same_arguments()
        for number, run in enumerate(self.runs, start=1):
            if _state_of(run) == "finished":
                continue
            begin(number)
            code = self._call(self._command(number, run))
            if code in (130, -2):
                raise KeyboardInterrupt
            if code:
                raise FoldError(f"fold {number} failed with exit code {code}; the same command goes on with it")

    def _command(self, number: int, run: RunFolder) -> list[str]:
        if run.trainer_params.is_file():
            trust = [word for package in self._trust for word in ("--trust", package)]
            return ["resume-training", str(run.path), *trust]
        folds = ("--trainer.gen.validation_folds", str(len(self.runs)))
        held_out = ("--trainer.gen.validation_fold", str(number - 1))
        return ["train", self._scenario, *self._words, "--trainer.output_dir", str(run.path), *folds, *held_out]

    def _require_same_arguments(self) -> None:
        file = self.path / ARGUMENTS
        now = {"scenario": self._scenario, "folds": len(self.runs), "arguments": self._words}
        if file.exists():
            stored = {}
            with suppress(OSError, ValueError):
                stored = json.loads(file.read_text(encoding="utf-8"))
            if stored != now:
                raise FoldError(
                    f"{self.path} holds folds of other arguments, {file} names them: repeat these, or choose another "
                    "--trainer.output_dir"
                )
            return
        if any(run.path.exists() for run in self.runs):
            raise FoldError(f"{self.path} holds folds of an unknown training: choose another --trainer.output_dir")
        self.path.mkdir(parents=True, exist_ok=True)
        write_atomically(file, now)


def _state_of(run: RunFolder) -> str:
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads(run.status.read_text(encoding="utf-8"))["state"])
    return ""


def _run(words: Sequence[str]) -> int:
    """Run a command of the trainer to its end; an interrupt reaches it too, and it ends by itself."""
    name, *others = words
    process = subprocess.Popen([sys.executable, "-m", "tfaip.trainer", name, *others])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
