"""CLEANUP: what a finished run doesn't need any more."""

from __future__ import annotations

import shutil

from tfaip.experimenter.queue.entries import Entry

__all__ = ["remove_checkpoints"]


def remove_checkpoints(entry: Entry) -> bool:
    """Remove the checkpoints of a finished run; its models in best/ and export/ and all its records stay.

    Returns:
        Whether there was something to remove.
    """
    folder = entry.folder / "checkpoint"
    try:
        # A link leads to what may be another run's.
        if not entry.has_output or folder.is_symlink() or not folder.is_dir():
            return False
    except OSError:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True
