"""The command itself: it reads its arguments, and then loads what they ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from tfaip.experimenter.cli.arguments import (
    PROG,
    read_arguments,
    read_cancel_arguments,
    read_retry_arguments,
    read_status_arguments,
)
from tfaip.experimenter.errors import INTERRUPTED, ExperimenterError
from tfaip.params.shown_text import clean_text

__all__ = ["PROG", "main"]

USAGE_ERROR = 2


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
        print(f"{PROG}: error: {clean_text(error)}", file=sys.stderr)
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone, `head` for instance; Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _run(words: list[str]) -> int:
    match words:
        case ["status", *others]:
            asked = read_status_arguments(f"{PROG} status", others)
            from tfaip.experimenter.cli.modes import show_status

            return show_status(asked)
        case ["cancel", *others]:
            cancelled = read_cancel_arguments(f"{PROG} cancel", others)
            from tfaip.experimenter.cli.modes import cancel

            return cancel(cancelled)
        case ["retry", *others]:
            retried = read_retry_arguments(f"{PROG} retry", others)
            from tfaip.experimenter.cli.modes import retry

            return retry(retried)
    arguments = read_arguments(PROG, words)
    from tfaip.experimenter.cli.modes import run

    return run(arguments)


if __name__ == "__main__":
    main()
