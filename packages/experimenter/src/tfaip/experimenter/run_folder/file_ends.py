"""Files that runs leave in their folders, read within bounds: a run may write anything, and any amount."""

from __future__ import annotations

import os
from pathlib import Path

from tfaip.params.regular_files import open_regular

__all__ = ["end_of_file"]


def end_of_file(path: Path, most_bytes: int) -> tuple[bytes, bool]:
    """Return the end of a regular file.

    Args:
        path: The file; symlinks are followed.
        most_bytes: Number of bytes that are read at most.

    Returns:
        The bytes, and whether there are others in front of them.

    Raises:
        OSError: It is missing, or it is a pipe, a device, a folder, ...; `strerror` says so.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        start = max(0, size - most_bytes)
        file.seek(start)
        return file.read(most_bytes), start > 0
