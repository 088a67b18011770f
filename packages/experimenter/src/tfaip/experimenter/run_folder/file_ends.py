"""The ends of files that runs leave in their folders, read within bounds: a run may write anything, and any amount."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tfaip.params.regular_files import open_regular

__all__ = ["end_of_file", "log_tail"]

LOG_BYTES = 8192
# Colours and the like, which would paint the rest of the screen.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")


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


def log_tail(path: Path, lines: int = 5) -> list[str]:
    """Return the last lines of a file that aren't empty; none where there is no such file."""
    try:
        text = end_of_file(path, LOG_BYTES)[0].decode("utf-8", errors="replace")
    except OSError:
        return []
    # A text that a progress bar has overwritten was not there to stay.
    shown = (ESCAPES.sub("", line.rstrip().rpartition("\r")[2]).rstrip() for line in text.split("\n"))
    return [line for line in shown if line][-lines:]
