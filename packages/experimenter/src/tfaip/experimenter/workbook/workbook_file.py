"""The user's workbook on disk: written in one step, and never while or after somebody else writes it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MOST_BYTES", "Stamp", "open_elsewhere", "replace_file", "stamp_of"]

# Half a gigabyte, packed: no table of runs needs it.
MOST_BYTES = 1 << 29


@dataclass(frozen=True)
class Stamp:
    """A fingerprint that tells one state of a file from another."""

    inode: int
    size: int
    modified: int


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, `None` if there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def open_elsewhere(path: Path) -> Path | None:
    """Return the lock file by which a spreadsheet program says that it has the file open, `None` without one."""
    for place in {path.absolute(), path.resolve()}:
        name = place.name
        # LibreOffice, Excel, WPS.
        for lock in (f".~lock.{name}#", f"~${name}", f".~{name}"):
            if (found := place.with_name(lock)).exists():
                return found
    return None


def replace_file(path: Path, content: bytes, *, expected: Stamp | None) -> bool:
    """Replace a file in one step, with its permissions, unless it isn't what is expected any more.

    Args:
        path: The file; of a link, the file at its end is replaced.
        content: Its new content.
        expected: Stamp of the file as it was read; `None` if there was none.

    Returns:
        Whether it was replaced.
    """
    real = path.resolve()
    number, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.", suffix=".writing")
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = real.stat().st_mode if expected else 0o666 & ~_umask()
        beside.chmod(mode & 0o7777)
        if stamp_of(path) != expected or open_elsewhere(path):
            return False
        beside.replace(real)
        return True
    finally:
        beside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
