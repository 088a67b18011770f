"""Whether a path that a bundle names lies inside of the bundle."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["what_leads_out"]


def what_leads_out(folder: Path, path: Path) -> str:
    """Say why `path` is not to be opened as a part of `folder`; an empty text where nothing is wrong.

    Everything has to lie inside, symlinks followed, and to be a regular file or a folder. A path where nothing is
    passes: its reader knows better what is missing.

    Args:
        folder: The folder that is read. It may be a symlink itself.
        path: A path in it, absolute or relative to the current folder.
    """
    try:
        root = folder.resolve()
        for part in _all_below(path):
            target = part.resolve()
            if not target.is_relative_to(root):
                return f"{part} leads out of {folder}"
            if target.is_symlink():  # Python 3.13 resolves a loop to one of its links, earlier ones raise
                return f"{part} is a link in a loop"
            if target.exists() and not (target.is_file() or target.is_dir()):
                return f"{part} is neither a file nor a folder"
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a NUL, a name that is too long
        return f"{path!r} can't be followed ({getattr(error, 'strerror', None) or error})"
    return ""


def _all_below(path: Path) -> Iterator[Path]:
    yield path
    # Links to folders are looked at, and not walked into: a folder inside is walked over at its own place.
    for parent, folders, files in os.walk(path) if not stat.S_ISLNK(_mode(path)) else ():
        yield from (Path(parent) / name for name in (*folders, *files))


def _mode(path: Path) -> int:
    return path.lstat().st_mode if path.exists() else 0
