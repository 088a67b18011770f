"""The last lines of what a run has printed."""

from __future__ import annotations

import re
from pathlib import Path

from tfaip.experimenter.run_folder.file_ends import end_of_file

__all__ = ["log_tail"]

BYTES = 8192
# Colours and the like, which would paint the rest of the screen.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")


def log_tail(path: Path, lines: int = 5) -> list[str]:
    """Return the last lines of a file that aren't empty; none where there is no such file."""
    try:
        text = end_of_file(path, BYTES)[0].decode("utf-8", errors="replace")
    except OSError:
        return []
    # What a progress bar has overwritten was not there to stay.
    shown = (ESCAPES.sub("", line.rstrip().rpartition("\r")[2]).rstrip() for line in text.split("\n"))
    return [line for line in shown if line][-lines:]
