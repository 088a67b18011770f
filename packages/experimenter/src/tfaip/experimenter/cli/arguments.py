"""The arguments of tfaip-experimenter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfaip.params import CommandLine

__all__ = ["Arguments", "read_arguments"]

DESCRIPTION = "Run the rows of a workbook over devices, and write their results back."


@dataclass(frozen=True)
class Arguments:
    """What the command line says."""

    xlsx: Path | None
    dry_run: bool
    python: str | None
    only: tuple[str, ...]


def read_arguments(prog: str, words: Sequence[str]) -> Arguments:
    """Read the command line; help and mistakes end the process.

    Raises:
        SystemExit: With 0 after `--help`, with 2 after a mistake of the user.
    """
    command = CommandLine(prog, DESCRIPTION)
    command.add_argument("--xlsx", type=Path | None, help="The workbook; a row of its first sheet is a run")
    command.add_argument("--dry_run", type=bool, help="Only print the command lines, quoted for a shell")
    command.add_argument("--python", type=str | None, help="Interpreter that runs the rows")
    command.add_argument("--only", type=list[str], default=[], help="IDs of the rows to run")
    found = command.parse(words).arguments
    return Arguments(xlsx=found.xlsx, dry_run=found.dry_run, python=found.python, only=tuple(found.only))
