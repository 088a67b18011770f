"""A user's mistake ends a command with one short message, never with a traceback."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tfaip.model.runtime.libraries import EXTRAS
from tfaip.params import MissingExtraError, UserError
from tfaip.params.shown_text import clean_text

__all__ = ["INTERRUPTED", "USAGE_ERROR", "reported_user_errors"]

logger = logging.getLogger(__name__)

USAGE_ERROR = 2
# The exit code that shells report for a command that SIGINT ended.
INTERRUPTED = 130


@contextmanager
def reported_user_errors(command: str) -> Iterator[None]:
    """Turn what the user can mend into a message and exit code 2; all else keeps its traceback.

    The user can mend each `UserError`, and mistakes in code that data, model and graph are built of, see `blamed`.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output has gone, `head` for instance; Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except UserError as error:
        # The pipeline notes there which sample it was; a worker's traceback, of several lines, is not for users.
        notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()) if "\n" not in note)
        print(f"{command}: error: {clean_text(f'{error}{notes}')}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR) from None
    except ModuleNotFoundError as error:
        # Of an import in the scenario's own code.
        if error.name not in EXTRAS:
            raise
        print(f"{command}: error: {MissingExtraError(error.name, EXTRAS[error.name])}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR) from None
    except Exception as error:
        blame = getattr(error, "blame", None)
        if blame is None:
            raise
        logger.debug("The traceback of the error:", exc_info=error)
        shown = "" if logger.isEnabledFor(logging.DEBUG) else "\n  --log_level DEBUG shows the traceback"
        print(f"{command}: error: {clean_text(blame)}{shown}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR) from None
