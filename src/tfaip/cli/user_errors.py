"""A user's mistake ends a command with one short message, never with a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tfaip.model import BundleError, DeviceError, ScenarioNotFoundError
from tfaip.params import ParamsError
from tfaip.pipeline import DataError
from tfaip.pipeline.errors import DefinitionError
from tfaip.trainer import CheckpointError, RunFolderError

__all__ = ["reported_user_errors"]

USAGE_ERROR = 2
# What shells report for a command that SIGINT ended.
INTERRUPTED = 130

USER_ERRORS = (
    BundleError,
    CheckpointError,
    DataError,
    DefinitionError,
    DeviceError,
    ParamsError,
    RunFolderError,
    ScenarioNotFoundError,
)


@contextmanager
def reported_user_errors(command: str) -> Iterator[None]:
    """Turn what the user can mend into a message and exit code 2; all else is ours, and keeps its traceback."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has gone, `head` for instance; Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        if not isinstance(error, USER_ERRORS):
            raise
        print(f"{command}: error: {error}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR) from None
