"""What all commands do first: usage, environment, and messages instead of tracebacks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tfaip.cli.user_errors import USAGE_ERROR, reported_user_errors
from tfaip.model.keras_backend import prefer_tensorflow

__all__ = ["run_command"]


def run_command(name: str, usage: str, argv: Sequence[str] | None, run: Callable[[str, list[str]], None]) -> None:
    """Run a command whose first word, a scenario or a run folder, decides which arguments can follow.

    Args:
        name: Name of the command.
        usage: What is shown where the first word is missing or asks for help.
        argv: Words after the command's name; `None` for those of the process.
        run: Called with the first word and the rest.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        print(usage, end="", file=sys.stderr)
        raise SystemExit(USAGE_ERROR)
    if words[0] in ("-h", "--help"):
        print(usage, end="")
        raise SystemExit(0)
    prefer_tensorflow()
    with reported_user_errors(name):
        if words[0].startswith("-"):
            print(usage, end="", file=sys.stderr)
            print(f"\n{name}: error: the first word must not be an argument, got {words[0]!r}", file=sys.stderr)
            raise SystemExit(USAGE_ERROR)
        run(words[0], words[1:])
