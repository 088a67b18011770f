"""The files of a dump, the words of their format, and the checksums of its lines."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = [
    "ARRAY",
    "BYTES",
    "CHECKSUMS",
    "FORMAT",
    "ITEMS",
    "KIND",
    "NUMBER",
    "PARTS",
    "STATE",
    "TEXTS",
    "VERSION",
    "arrays_of",
    "checksum",
    "lines_of",
    "sealed_line",
    "verified",
]

FORMAT = "tfaip-samples"
VERSION = 1
PARTS = ("inputs", "outputs", "targets", "meta")
STATE = "state"

ARRAY, TEXTS, NUMBER, BYTES, ITEMS = "__array__", "__texts__", "__number__", "__bytes__", "__items__"

# In the header: dumps that were written before have neither this key nor checksums.
CHECKSUMS, KIND = "checksums", "crc32"

_SEAL, _END = b',"crc32":"', b'"}\n'
_LENGTH = len(_SEAL) + 8 + len(_END)


def lines_of(folder: Path) -> Path:
    """The file with a line for each sample."""
    return folder / "samples.jsonl"


def arrays_of(folder: Path, chunk: int) -> Path:
    """The file with the arrays of a chunk."""
    return folder / "arrays" / f"{chunk}.npz"


def checksum(data: bytes | memoryview) -> str:
    """The CRC-32 of some bytes, which differs for each single flipped bit, as eight hexadecimal digits."""
    return f"{zlib.crc32(data):08x}"


def sealed_line(value: Mapping[str, Any]) -> bytes:
    """An object as a line of JSON, whose last key `crc32` is the checksum of the bytes before it."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair, from the name of a file for instance
        text = json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
    body = text[:-1]
    return body + _SEAL + checksum(body).encode("ascii") + _END


def verified(line: bytes) -> bool | None:
    """Whether a line is unchanged since it was written; None if it has no checksum at its end."""
    body, seal = line[:-_LENGTH], line[-_LENGTH:]
    if not (seal.startswith(_SEAL) and seal.endswith(_END)):
        return None
    return seal[len(_SEAL) : -len(_END)] == checksum(body).encode("ascii")
