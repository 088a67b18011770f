"""Folders that are there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replaced_folder"]


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that takes the place of `path` once the block has ended without an error.

    What stood at `path` is kept until then, and is still there after an error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.writing")
    former = path.with_name(f".{path.name}.former")
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir()
    try:
        yield written
    except BaseException:
        shutil.rmtree(written, ignore_errors=True)
        raise
    shutil.rmtree(former, ignore_errors=True)
    if path.exists():
        path.replace(former)
    written.replace(path)
    shutil.rmtree(former, ignore_errors=True)
