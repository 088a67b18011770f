"""Members of a tar file, read in order: plain files of the formats ustar, pax and GNU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from tfaip.pipeline.errors import DataError

__all__ = ["Member", "read_members"]

_BLOCK = 512
_MOST_NAME = 1 << 20
_MOST_BYTES = 1 << 33
"""More in one member is a damaged size: it is read into memory as a whole."""

_FILES = b"0\07"
_LONG_NAME, _PAX = b"L", b"x"
_BLANK = b" " * 8


class Member(NamedTuple):
    """A file in a tar file.

    Attributes:
        name: Its path in the tar file.
        data: Its contents; empty where they were passed over.
        begin: The first byte of its headers in the tar file.
        end: The first byte behind it.
    """

    name: str
    data: bytes | bytearray
    begin: int
    end: int


def read_members(file: BinaryIO, path: str, *, wants: Callable[[str], bool]) -> Iterator[Member]:
    """The files in a tar file; folders, links and devices are left out.

    Args:
        file: The tar file, at its beginning.
        path: Its path, for messages.
        wants: Whether the contents of a member of this name are read.

    Raises:
        DataError: The tar file is damaged, or ends in the middle of a member.
    """
    position = begin = 0
    name: str | None = None
    size: int | None = None
    while header := file.read(_BLOCK):
        if not header.strip(b"\0"):
            return
        if len(header) < _BLOCK:
            raise DataError(f"{path} ends in the middle of a header, at byte {position}: it is cut off")
        _check(header, path, position)
        position += _BLOCK
        kind, stored = header[156:157], _number(header[124:136], path, position)
        if kind in (_LONG_NAME, _PAX) and stored > _MOST_NAME:
            raise DataError(f"{path} is damaged: a name at byte {position} has {stored} bytes")
        length = stored if kind in (_LONG_NAME, _PAX) or size is None else size
        padded = -(-length // _BLOCK) * _BLOCK
        given = name if name is not None else _name(header)
        if kind in (_LONG_NAME, _PAX):
            data = _exactly(file, padded, path, position)[:length]
            position += padded
            if kind == _LONG_NAME:
                name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
            else:
                found, size = _pax(data, path, position)
                name = found if found is not None else name
            continue
        content: bytes | bytearray = b""
        if kind in _FILES and wants(given):
            if length > _MOST_BYTES:
                raise DataError(f"{path} is damaged: a member at byte {position} has {length} bytes")
            # Not bytes: arrays over it can be written.
            content = bytearray(length)
            if file.readinto(content) < length:  # type: ignore[attr-defined]  # of a buffered reader
                raise _cut_off(path, position)
            _exactly(file, padded - length, path, position)
        elif padded:
            file.seek(padded - 1, 1)
            _exactly(file, 1, path, position)
        position += padded
        if kind in _FILES:
            yield Member(given, content, begin, position)
        begin, name, size = position, None, None


def _check(header: bytes, path: str, position: int) -> None:
    """Compare the checksum of a header: the sum of its bytes, with blanks in its own place."""
    expected = sum(header) - sum(header[148:156]) + sum(_BLANK)
    if _number(header[148:156], path, position) != expected:
        raise DataError(f"{path} is no tar file, or damaged, at byte {position}")


def _number(text: bytes, path: str, position: int) -> int:
    if text[0] & 0x80:  # GNU: large numbers in base 256
        return int.from_bytes(bytes([text[0] & 0x7F]) + text[1:], "big")
    try:
        return int(text.strip(b" \0") or b"0", 8)
    except ValueError:
        raise DataError(f"{path} is no tar file, or damaged, at byte {position}") from None


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].split(b"\0", 1)[0]):
        name = prefix + b"/" + name
    return name.decode("utf-8", "surrogateescape")


def _pax(data: bytes, path: str, position: int) -> tuple[str | None, int | None]:
    """Name and size in the records `LENGTH KEY=VALUE` of a pax header."""
    name: str | None = None
    size: int | None = None
    while data:
        text, _, _ = data.partition(b" ")
        if not text.isdigit() or not len(text) < int(text) <= len(data):
            raise DataError(f"{path} is damaged: a pax header before byte {position}")
        key, _, value = data[len(text) + 1 : int(text) - 1].partition(b"=")
        if key == b"path":
            name = value.decode("utf-8", "surrogateescape")
        elif key == b"size" and value.isdigit():
            size = int(value)
        data = data[int(text) :]
    return name, size


def _exactly(file: BinaryIO, size: int, path: str, position: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise _cut_off(path, position)
    return data


def _cut_off(path: str, position: int) -> DataError:
    return DataError(f"{path} ends in the middle of a member, at byte {position}: it is cut off")
