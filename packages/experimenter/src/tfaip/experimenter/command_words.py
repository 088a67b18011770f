"""The command lines of runs: which program they start, how they go on, how they are shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import PurePath

__all__ = ["is_resume_command", "is_train_command", "quoted", "restart_words", "resume_words"]

RESUME = ("tfaip-resume-training", "tfaip.cli.resume_training")
TRAIN = ("tfaip-train", "tfaip.cli.train")
OVERWRITE = "--trainer.overwrite"


def quoted(words: Sequence[str]) -> str:
    """Return the command line as a POSIX shell takes it."""
    return shlex.join(words)


def is_resume_command(words: Sequence[str]) -> bool:
    """Whether the command goes on with the run in a folder: tfaip-resume-training, however it is called."""
    position = _program(words)
    return position is not None and PurePath(words[position]).name in RESUME


def is_train_command(words: Sequence[str]) -> bool:
    """Whether the command is tfaip-train, whose runs can be gone on with."""
    position = _program(words)
    return position is not None and PurePath(words[position]).name in TRAIN


def resume_words(words: Sequence[str], folder: str, arguments: Sequence[str] = ()) -> list[str]:
    """Return the command line that goes on with the run which `words` started, in the environment of its command.

    Args:
        words: A command line of tfaip-train, or of tfaip-resume-training.
        folder: Folder of the run.
        arguments: What changes the run's parameters.
    """
    position = _program(words)
    assert position is not None
    program = words[position]
    resume = program if is_resume_command(words) else _sister(program)
    return [*words[:position], resume, folder, *arguments]


def restart_words(words: Sequence[str]) -> list[str]:
    """Return the command line that starts a broken-off run again, in the folder where it left its files."""
    given = any(word.partition("=")[0].replace("-", "_") == OVERWRITE.replace("-", "_") for word in words)
    return [*words] if given or not is_train_command(words) else [*words, OVERWRITE]


def _sister(program: str) -> str:
    """tfaip-resume-training beside that tfaip-train."""
    if program == TRAIN[1]:
        return RESUME[1]
    return program[: len(program) - len(TRAIN[0])] + RESUME[0]


def _program(words: Sequence[str]) -> int | None:
    """Position of the program, or of the script or module that an interpreter runs."""
    if not words:
        return None
    if not re.fullmatch(r"python[\d.]*", PurePath(words[0]).name):
        return 0
    for position in range(1, len(words)):
        if words[position] == "-m":
            return position + 1 if position + 1 < len(words) else None
        if not words[position].startswith("-"):
            return position
    return None
