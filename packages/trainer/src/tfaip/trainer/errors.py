"""What a user can mend in a run; it loads neither TensorFlow nor HDF5, so that commands can name it."""

from __future__ import annotations

__all__ = ["CheckpointError", "RunFolderError"]


class CheckpointError(ValueError):
    """There is no checkpoint that can be read, or it is one of another network."""


class RunFolderError(ValueError):
    """A folder can't be written, holds another run, or holds none where one is expected."""
