"""Reads files that other people made: regular files only, and no more of them than the caller allows.

Files of our own are written over regular files only: a link among them may come with somebody else's folder.

A pipe would block for ever, and a device never ends. Every refusal is an `OSError` whose `strerror` is a phrase for a
message: "it is a pipe, not a regular file".

Internal API between the packages.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from io import BufferedReader, BufferedWriter
from pathlib import Path

__all__ = ["open_regular", "open_regular_anew", "read_regular", "require_regular"]

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


def require_regular(path: str | os.PathLike[str]) -> os.stat_result:
    """The status of a regular file, symlinks followed.

    Raises:
        OSError: It is missing, its name holds a NUL, or it is a folder, pipe, socket or device.
    """
    return _checked(_stat(path), path)


def open_regular(path: str | os.PathLike[str]) -> BufferedReader:
    """A regular file, opened for reading bytes; opening never blocks.

    Raises:
        OSError: As of `require_regular`, or it can't be opened.
    """
    # Opening a device can do something by itself, so that we look first; and once more, since the file may change.
    require_regular(path)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _checked(os.fstat(descriptor), path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | os.PathLike[str], limit: int) -> bytes:
    """The content of a regular file.

    Args:
        path: The file; symlinks are followed.
        limit: Number of bytes that it may hold at most.

    Raises:
        OSError: As of `open_regular`, or the file is larger than the limit; no more than the limit is read.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(limit + 1) if size <= limit else b""
    if size > limit or len(content) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {_shown(limit)}", str(path))
    return content


def open_regular_anew(path: str | os.PathLike[str]) -> BufferedWriter:
    """An empty regular file, opened for writing bytes; a link or a pipe at its place is removed and never followed.

    Raises:
        OSError: It can't be written, or a folder stands there.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            Path(path).unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o666), "wb")


def _stat(path: str | os.PathLike[str]) -> os.stat_result:
    try:
        return Path(path).stat()
    except ValueError:
        raise OSError(errno.EINVAL, "its name holds a NUL", str(path)) from None


def _checked(status: os.stat_result, path: str | os.PathLike[str]) -> os.stat_result:
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "a special file")
        raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
    return status


def _shown(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size} bytes"
