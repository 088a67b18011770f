"""A run's folder that can no longer be written is an error that a user can mend."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfaip.model import ScenarioBase
from tfaip.params import UserError
from tfaip.trainer.errors import RunFolderError
from tfaip.trainer.folder.run_folder import RunFolder

__all__ = ["write_errors"]

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


@contextmanager
def write_errors(folder: RunFolder | None, scenario: ScenarioBase[Any, Any] | None = None) -> Iterator[None]:
    """Turn whatever is raised because `folder` is full, read-only or gone into one error.

    HDF5 and TensorFlow wrap the errors of the system in some of their own, and HDF5 fails to close an incomplete file.
    So this looks at the text, and whether the folder can be written now.

    Raises:
        RunFolderError: The folder can't be written.
    """
    try:
        yield
    except (OSError, RuntimeError, tf.errors.OpError) as error:
        reason = None if folder is None or isinstance(error, UserError) else _reason(error, folder.path)
        if reason is None:
            raise
        assert folder is not None
        raise RunFolderError(
            f"the output folder {folder.path} can no longer be written: {reason}; the last checkpoint in it is whole: "
            f"mend this, and go on with `{folder.resume_command(scenario)}`"
            if any(folder.checkpoint.glob("step_*"))
            else f"the output folder {folder.path} can no longer be written: {reason}; there is no checkpoint in it: "
            "mend this, and start anew with --trainer.overwrite, or choose another --trainer.output_dir"
        ) from error


def _reason(error: BaseException, folder: Path) -> str | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.filename and not _is_inside(Path(os.fsdecode(cause.filename)), folder):
            return None
        for number in FULL:
            if getattr(cause, "errno", None) == number or os.strerror(number) in str(cause):
                return os.strerror(number)
        cause = cause.__cause__ or cause.__context__
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return None
    except FileNotFoundError:
        return "it has disappeared"
    except OSError as now:
        return now.strerror or str(now)


def _is_inside(path: Path, folder: Path) -> bool:
    return path.absolute().is_relative_to(folder.absolute())
