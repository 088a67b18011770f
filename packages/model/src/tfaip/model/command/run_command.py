"""The frame of all commands: a command's subject, its command line, and messages instead of tracebacks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tfaip.model.command.line_words import take_user_word, trusted_on_the_line, values_of, with_trusted_names
from tfaip.model.command.log_level import LOG_LEVELS, take_log_level
from tfaip.model.command.user_errors import USAGE_ERROR, reported_user_errors
from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.params import CommandLine
from tfaip.params.shown_text import one_line

__all__ = ["FIRST_WORD", "ONE_BUNDLE", "Invocation", "Subject", "new_command_line", "run_command"]


@dataclass(frozen=True)
class Subject:
    """The argument that says what a command is about: a scenario, a run, bundles. All other arguments depend on it.

    Attributes:
        flags: Its names, the first one is shown; none for the first word of the line.
        metavar: Its value in messages.
        help: Its help.
        several: Whether it takes several values.
        reading: Gives the folders that the command reads for a value: no module in them is imported.
    """

    flags: tuple[str, ...] = ()
    metavar: str = ""
    help: str = ""
    several: bool = False
    reading: Callable[[str], Iterable[str | os.PathLike[str]]] = lambda _: ()

    @classmethod
    def folder(cls, *flags: str, metavar: str = "FOLDER", help: str = "", several: bool = False) -> Subject:  # noqa: A002 - as the attribute
        """Return a subject whose value is a folder that the command reads; without flags it is the first word."""
        return cls(flags, metavar, help, several, reading=lambda path: [path])

    def __str__(self) -> str:
        return f"{self.flags[0]} {self.metavar}" if self.flags else "the first word to say what it is about"


FIRST_WORD = Subject()
"""The subject of a command that takes no flag for it, as in `tfaip-train SCENARIO`."""

ONE_BUNDLE = (Subject.folder("--export_dir", help="Folder of the bundle"), Subject.folder())
"""The subjects of a command about one bundle: `--export_dir FOLDER`, or the folder as the first word."""


@dataclass(frozen=True)
class Invocation:
    """A command and the words that it was called with.

    Attributes:
        name: Name of the command.
        subject: The argument that says what the command is about.
        about: The values of the subject; exactly one unless it takes several.
        words: The other words of the line.
        typed: Whether a user typed the words; otherwise Python code gave them.
    """

    name: str
    subject: Subject
    about: tuple[str, ...]
    words: list[str]
    typed: bool

    @property
    def trust(self) -> list[str]:
        """The packages that `--trust` names, for files that are read before the command line is."""
        return trusted_on_the_line(self.words)

    def command_line(self, description: str) -> CommandLine:
        """Return a command line that declares the subject and `--log_level`, which the frame has read.

        Args:
            description: A sentence for its help.
        """
        line = new_command_line(" ".join([self.name, *self.subject.flags[:1], *self.about]), description)
        if self.subject.flags:
            several = self.subject.several
            line.add_argument(
                *self.subject.flags,
                type=list[str] if several else str,
                default=list(self.about) if several else self.about[0],
                help=self.subject.help,
            )
        return line


def new_command_line(prog: str, description: str) -> CommandLine:
    """Return a command line whose help shows `--log_level`, which `take_log_level` reads.

    Args:
        prog: The command, with its subject.
        description: A sentence for its help.
    """
    line = CommandLine(prog, description)
    line.add_argument(
        "--log_level",
        default="INFO",
        choices=LOG_LEVELS,
        help="Lowest level of shown messages; the variable TFAIP_LOG_LEVEL sets it too",
    )
    return line


def run_command(
    name: str,
    usage: str,
    argv: Sequence[str] | None,
    run: Callable[[Invocation], None],
    *,
    subjects: Sequence[Subject] = (FIRST_WORD,),
) -> None:
    """Run a command whose arguments depend on its subject: a scenario, a run's folder, bundles.

    Args:
        name: Name of the command.
        usage: Text that is shown where the line has no subject.
        argv: Words after the command's name; `None` for those of the process.
        run: Called once, with the subject and the other words.
        subjects: The arguments of which the line must have exactly one; none for a command without a subject.

    Raises:
        SystemExit: With 0 after `--help` without a subject; with 2 after a mistake of the user.
    """
    with reported_user_errors(name):
        words = take_log_level(sys.argv[1:] if argv is None else argv)
    given, rest = _split(subjects, words)
    counts = [len(values) if not subject.several else min(len(values), 1) for subject, values in given.items()]
    if subjects and sum(counts) != 1:
        asked = not sum(counts) and any(word in ("-h", "--help") for word in words)
        print(usage, end="", file=sys.stdout if asked else sys.stderr)
        if words and not asked:
            one = "one " if len(subjects) > 1 or sum(counts) > 1 else ""
            wanted = f"{one}{' or '.join(map(str, subjects))}"
            print(f"\n{name}: error: expects {wanted}, got: {one_line(' '.join(words))}", file=sys.stderr)
        raise SystemExit(0 if asked else USAGE_ERROR)
    subject, about = next(((subject, tuple(values)) for subject, values in given.items() if values), (FIRST_WORD, ()))
    with reported_user_errors(name):
        rest = with_trusted_names(rest)
    take_user_word(argv, rest, [folder for value in about for folder in subject.reading(value)])
    prefer_tensorflow()
    with reported_user_errors(name):
        run(Invocation(name, subject, about, rest, typed=argv is None))


def _split(subjects: Sequence[Subject], words: list[str]) -> tuple[dict[Subject, list[str]], list[str]]:
    """The values of each subject, and the other words."""
    given: dict[Subject, list[str]] = {}
    rest = words
    for subject in subjects:
        if subject.flags:
            given[subject], rest = values_of(subject.flags, rest)
        else:
            first = 1 if rest and not rest[0].startswith("-") else 0
            given[subject], rest = rest[:first], rest[first:]
    return given, rest
