"""Files that a run only appends to, cut back to where a checkpoint was written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["cut_back", "end_last_line", "sizes"]


def sizes(root: Path, files: Iterable[Path]) -> dict[str, int]:
    """Return the size in bytes of each file that exists, by its path below `root`."""
    return {file.relative_to(root).as_posix(): file.stat().st_size for file in files if file.exists()}


def cut_back(root: Path, files: Iterable[Path], former: Mapping[str, int]) -> None:
    """Shorten each file to its former size, so that what a resumed run logs again does not stand twice.

    Files that did not exist then are emptied.
    """
    for file in files:
        size = former.get(file.relative_to(root).as_posix(), 0)
        if file.exists() and file.stat().st_size > size:
            os.truncate(file, size)


def end_last_line(path: Path) -> None:
    """End the last line of a text file, which may have been cut off. The next line then begins on its own."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb+") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
