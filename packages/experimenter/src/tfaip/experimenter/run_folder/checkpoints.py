"""The checkpoints in the folder of a run, and the parameters that belong to them."""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["PARAMS", "has_checkpoint", "remove_checkpoints"]

PARAMS = "trainer_params.json"


def has_checkpoint(folder: Path) -> bool:
    """Whether there is a checkpoint to resume from; half-written ones have a name that begins with a dot."""
    try:
        entries = [path for path in (folder / "checkpoint").iterdir() if not path.name.startswith(".")]
        return bool(entries) and (folder / PARAMS).is_file()
    except OSError:
        return False


def remove_checkpoints(folder: Path) -> bool:
    """Remove the checkpoints of a finished run; its models in best/ and export/ and all its records stay.

    Returns:
        Whether there was something to remove.
    """
    checkpoints = folder / "checkpoint"
    try:
        # A link may lead to another run's folder.
        if checkpoints.is_symlink() or not checkpoints.is_dir():
            return False
    except OSError:
        return False
    shutil.rmtree(checkpoints, ignore_errors=True)
    return True
