"""The command itself: its arguments, and what each of its ways does."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tfaip.experimenter.cli.arguments import Arguments, read_arguments
from tfaip.experimenter.command_words import quoted
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.plan import Plan, read_plan

__all__ = ["PROG", "main"]

PROG = "tfaip-experimenter"
USAGE_ERROR = 2
# What shells report for a command that SIGINT ended.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.

    Raises:
        SystemExit: With 0 if all went well, 1 if runs failed, 2 for a mistake of the user, 130 if interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        sys.exit(_run(words))
    except ExperimenterError as error:
        print(f"{PROG}: error: {error}", file=sys.stderr)
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone, `head` for instance; Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _run(words: list[str]) -> int:
    arguments = read_arguments(PROG, words)
    return _dry_run(_plan(arguments))


def _plan(arguments: Arguments) -> Plan:
    return read_plan(_workbook(arguments), python=arguments.python, only=arguments.only)


def _workbook(arguments: Arguments) -> Path:
    if arguments.xlsx is None:
        raise ExperimenterError("--xlsx: expects the workbook of runs; make one with --init FILE SCENARIO")
    return arguments.xlsx


def _dry_run(plan: Plan) -> int:
    for run in plan.runs:
        print(quoted(run.words))
    return 0
