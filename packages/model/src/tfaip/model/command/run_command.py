"""What all commands do first: usage, environment, and messages instead of tracebacks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from tfaip.model.command.line_words import take_user_word
from tfaip.model.command.log_level import take_log_level
from tfaip.model.command.user_errors import USAGE_ERROR, reported_user_errors
from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.params.shown_text import one_line

__all__ = ["run_command"]


def run_command(
    name: str,
    usage: str,
    argv: Sequence[str] | None,
    run: Callable[[str, list[str]], None],
    *,
    option: str | None = None,
    reading: Callable[[str], Iterable[str | os.PathLike[str]]] = lambda _: (),
) -> None:
    """Run a command whose arguments depend on what it is about: a scenario, a run's folder, a bundle.

    Args:
        name: Name of the command.
        usage: What is shown where nothing says what the command is about.
        argv: Words after the command's name; `None` for those of the process.
        run: Called with what the command is about, and the other words.
        option: Argument that says what the command is about; the first word does if it is `None`.
        reading: Gives the folders that the command reads for what it is about: no module in them is imported.
    """
    with reported_user_errors(name):
        words = take_log_level(sys.argv[1:] if argv is None else argv)
    subject, rest = _first_word(words) if option is None else _value_of(option, words)
    if subject is None:
        asked = any(word in ("-h", "--help") for word in words)
        print(usage, end="", file=sys.stdout if asked else sys.stderr)
        if words and not asked:
            wanted = f"{option} FOLDER" if option else "the first word to say what it is about"
            print(f"\n{name}: error: expects {wanted}, got: {one_line(' '.join(words))}", file=sys.stderr)
        raise SystemExit(0 if asked else USAGE_ERROR)
    take_user_word(argv, rest, reading(subject))
    prefer_tensorflow()
    with reported_user_errors(name):
        run(subject, rest)


def _first_word(words: list[str]) -> tuple[str | None, list[str]]:
    if not words or words[0].startswith("-"):
        return None, words
    return words[0], words[1:]


def _value_of(option: str, words: list[str]) -> tuple[str | None, list[str]]:
    """Both `--option value` and `--option=value`, wherever they stand."""
    for position, word in enumerate(words):
        if word == option and position + 1 < len(words) and not words[position + 1].startswith("-"):
            return words[position + 1], words[:position] + words[position + 2 :]
        if word.startswith(f"{option}="):
            return word.partition("=")[2], words[:position] + words[position + 1 :]
    return None, words
