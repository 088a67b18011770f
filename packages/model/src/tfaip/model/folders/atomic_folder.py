"""Folders that are there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import shutil
else:
    # Who only reads folders needs none.
    shutil = loaded_later("shutil")

__all__ = ["FORMER_RUN", "exchange", "in_former_run", "place_in_former_run", "replaced_folder", "standing_folder"]

# Folder in a run's folder with the run that a new one is to replace.
FORMER_RUN = ".former_run"
# From <fcntl.h> and <linux/fs.h>.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that takes the place of `path` once the block has ended without an error.

    The former content of `path` is kept until then, and after an error. Whenever the process is killed, one of
    the two can be had by `standing_folder`. A link at `path` stays, and the folder that it names is replaced.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    written, former = _written(path), _former(path)
    for own in (written, former):
        if own.is_symlink() or own.is_file():
            own.unlink()  # it is none of ours
    if former.is_dir() and not path.exists():
        former.replace(path)  # the process that put it aside was killed
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir()
    try:
        yield written
        # A file renamed before it has reached the disk is empty after a power failure.
        _sync_all(written)
    except BaseException:
        shutil.rmtree(written, ignore_errors=True)
        raise
    shutil.rmtree(former, ignore_errors=True)
    if not path.exists():
        written.replace(path)
    elif not exchange(written, path):
        path.replace(former)
        written.replace(path)
    _sync(path.parent)
    shutil.rmtree(written, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders of one file system, so that each path is there at any time.

    Returns:
        Whether it was done; not every system and file system can.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, ImportError, OSError):
        return False
    failed: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return not failed


def standing_folder(path: Path) -> Path:
    """Return where the content of `path` is: elsewhere, if a process was killed while it replaced it or its run."""
    if path.exists():
        return path
    others = (_former(path.resolve()), place_in_former_run(path))
    return next((other for other in others if other.is_dir()), path)


def place_in_former_run(path: Path) -> Path:
    """Return where a file or folder of a run is kept until the run that replaces it has come to something.

    The target of a link stays on its own disk.
    """
    if path.is_symlink():
        target = path.resolve()
        return target.with_name(f".{target.name}{FORMER_RUN}")
    return path.parent / FORMER_RUN / path.name


def in_former_run(path: Path) -> Path:
    """Return where a run, or a path within it, is while another run replaces it; `path` where none does."""
    for root in (path, *path.parents):
        if (root / FORMER_RUN).is_dir():
            first, *rest = (*path.relative_to(root).parts, "")
            kept = place_in_former_run(root / first).joinpath(*rest) if first else root / FORMER_RUN
            return kept if kept.exists() else path
    return path


def _written(path: Path) -> Path:
    return path.with_name(f".{path.name}.writing")


def _former(path: Path) -> Path:
    return path.with_name(f".{path.name}.former")


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
