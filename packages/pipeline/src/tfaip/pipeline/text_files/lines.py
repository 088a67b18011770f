"""Texts and lines of a file, and the way back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tfaip.pipeline.errors import DataError

__all__ = ["lines_of_stream", "read_entries", "read_lines", "read_text", "write_lines"]

_MARK = "\ufeff"
_OTHER_ENCODINGS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file, without its byte-order mark.

    Raises:
        DataError: It can't be read, is not UTF-8, or holds a NUL character.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    return _decoded(data, str(path), 1)


def read_lines(path: str | os.PathLike[str]) -> list[str]:
    """The lines of a file without their ends; other signs that break lines (U+2028, form feed) are part of them.

    Raises:
        DataError: As for `read_text`.
    """
    return _split(read_text(path))


def read_entries(path: str | os.PathLike[str]) -> list[str]:
    """The lines of a list, of which no later one begins with a byte-order mark.

    Raises:
        DataError: As for `read_text`, or the file was put together from several that had a byte-order mark.
    """
    lines = read_lines(path)
    for number, line in enumerate(lines, 1):
        if line.startswith(_MARK):
            raise second_mark(path, number)
    return lines


def lines_of_stream(stream: Iterable[bytes | str], name: str) -> Iterator[str]:
    """The lines of a list that arrives line by line, `sys.stdin.buffer` for instance.

    Args:
        stream: Lines with their ends; bytes are UTF-8.
        name: Of the stream, for messages.

    Raises:
        DataError: As for `read_entries`.
    """
    for number, line in enumerate(stream, 1):
        data = line if isinstance(line, bytes) else line.encode("utf-8", "surrogateescape")
        text = _decoded(data, name, number)
        if text.startswith(_MARK):
            raise second_mark(name, number)
        yield from _split(text)


def write_lines(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Write lines so that `read_lines` gives exactly these again.

    Raises:
        DataError: One of them would not come back: it holds a line end or a NUL character, or is no Unicode.
        OSError: The file can't be written.
    """
    lines = list(lines)
    for line in lines:
        if "\n" in line or "\0" in line or line.endswith("\r"):
            raise DataError(f"{path}: an entry must be one line without NUL characters, got {line!r}")
    # A first line that begins with this sign would lose it: it is taken for the mark of the file.
    mark = _MARK if lines and lines[0].startswith(_MARK) else ""
    try:
        data = (mark + "".join(f"{line}\n" for line in lines)).encode("utf-8")
    except UnicodeEncodeError as error:
        shown = error.object[max(error.start - 20, 0) : error.end + 20]
        raise DataError(f"{path}: an entry must be a text that UTF-8 can hold, got {shown!r}") from error
    Path(path).write_bytes(data)


def second_mark(path: str | os.PathLike[str], line: int) -> DataError:
    """The error about a byte-order mark that stands within a file."""
    return DataError(
        f"{path}:{line}: a byte-order mark (U+FEFF) must stand at the beginning of the file only: "
        "the file was put together from several, remove the mark"
    )


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    last = lines.pop()  # what follows the last line end is a line only where there is something
    lines = [line.removesuffix("\r") for line in lines]
    return [*lines, last] if last else lines


def _decoded(data: bytes, name: str, line: int) -> str:
    """The text of a piece of a file that begins with this line."""
    if line == 1:
        for mark, encoding in _OTHER_ENCODINGS.items():
            if data.startswith(mark):
                raise DataError(f"{name}:1: a text must be UTF-8, got {encoding}: save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = line + data.count(b"\n", 0, error.start)
        around = data[max(error.start - 20, 0) : error.start + 20].decode("utf-8", "replace")
        raise DataError(
            f"{name}:{place}: a text must be UTF-8, got the byte 0x{data[error.start]:02x} in {around!r}: "
            "save it as UTF-8"
        ) from error
    if "\0" in text:
        place = line + text.count("\n", 0, text.index("\0"))
        raise DataError(f"{name}:{place}: a text must not hold NUL characters: this is UTF-16, or no text")
    return text.removeprefix(_MARK) if line == 1 else text
