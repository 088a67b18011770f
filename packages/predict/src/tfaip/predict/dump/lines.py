"""Decodes the lines of a dump, one after the other."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.folders.containment import what_leads_out
from tfaip.params.regular_files import open_regular, read_regular
from tfaip.pipeline import Sample
from tfaip.predict.dump.layout import PARTS, STATE, arrays_of, checksum, lines_of, verified

__all__ = ["MAX_LINE", "End", "Mark", "lines_from"]

# Bytes of a line, which holds the texts of a sample, and of a chunk, which has 16 MiB and one sample more.
MAX_LINE = 256 << 20
_MAX_CHUNK = 2 << 30


@dataclass(frozen=True)
class Mark:
    """A line from which a writer can go on.

    Attributes:
        state: The value that was marked.
        chunk: Number of its chunk.
        dtypes: Of which NumPy dtype the plain numbers of each name are from here on; empty: Python's own.
    """

    state: Any
    chunk: int
    dtypes: dict[str, str]


@dataclass(frozen=True)
class End:
    """The end of a dump.

    Attributes:
        samples: The number of samples that were written.
    """

    samples: int


@dataclass(frozen=True)
class Damage:
    """A line or an array that is damaged: nothing behind it is read.

    Attributes:
        reason: A phrase for messages.
    """

    reason: str


@dataclass(frozen=True)
class Line:
    """A line after the header.

    Attributes:
        number: Its number in the file, from 1.
        end: Where it ends, in bytes.
        value: Its content.
        element: For a sample of a part: the index of the input's element that it comes from.
    """

    number: int
    end: int
    value: Sample | Mark | End | Damage
    element: int = -1


def lines_from(folder: Path, *, has_checksums: bool) -> Iterator[Line]:
    """Yield the samples and marks of a dump, up to its end or up to the damage."""
    lines = _Lines(folder, has_checksums=has_checksums)
    with open_regular(lines_of(folder)) as file:
        end = len(file.readline(MAX_LINE))
        for number, text in enumerate(iter(lambda: file.readline(MAX_LINE), b""), 2):
            end += len(text)
            try:
                value, element = lines.read(text)
            # A damaged line may hold anything, and each way in which it can't be decoded means the same.
            except Exception as error:
                yield Line(number, end, Damage(str(error) or type(error).__name__))
                return
            if value is not None:
                yield Line(number, end, value, element)
            if isinstance(value, End):
                return


class _DamageError(Exception):
    """A line or the arrays of a chunk are not there, or not what was written."""


class _Lines:
    """The lines of a dump, decoded one after the other."""

    def __init__(self, folder: Path, *, has_checksums: bool) -> None:
        self._folder = folder
        self._has_checksums = has_checksums
        self._dtypes: dict[str, np.dtype[Any] | None] = {}
        self._number: int | None = None
        self._chunk = _ChunkArrays(Path(), None)

    def read(self, text: bytes) -> tuple[Sample | Mark | End | None, int]:
        """Return what a line holds, with the element of a sample; None for a line that is about other lines."""
        if not text.endswith(b"\n"):
            raise _DamageError("it is cut off")
        if self._has_checksums and not verified(text):
            raise _DamageError("its checksum differs")
        line = json.loads(text)
        if "dtypes" in line:
            given = line["dtypes"].items()
            self._dtypes.update({name: _dtype_of_numbers(dtype) if dtype else None for name, dtype in given})
            return None, -1
        if "samples" in line:
            return End(int(line["samples"])), -1
        if line["chunk"] != self._number:
            path = arrays_of(self._folder, int(line["chunk"]))
            if outside := what_leads_out(self._folder, path):
                raise _DamageError(outside)
            stored = line.get("arrays", "") if self._has_checksums else None
            self._number, self._chunk = line["chunk"], _ChunkArrays(path, stored)
        if STATE in line:
            dtypes = {name: dtype.str if dtype else "" for name, dtype in self._dtypes.items()}
            return Mark(_decoded(line[STATE], STATE, self._chunk, self._dtypes), self._number or 0, dtypes), -1
        sample = Sample(**{name: _decoded(line.get(name), name, self._chunk, self._dtypes) for name in PARTS})
        return sample, int(line.get("element", -1))


class _ChunkArrays:
    """The arrays of a chunk, read when they are first asked for.

    Args:
        path: Their file.
        stored: Its checksum; None where it has none.
    """

    def __init__(self, path: Path, stored: str | None) -> None:
        self._path = path
        self._stored = stored
        self._arrays: dict[str, np.ndarray] | None = None

    def row(self, name: str, row: int) -> Any:
        """Return one array."""
        if self._arrays is None:
            data = read_regular(self._path, _MAX_CHUNK)
            if self._stored is not None and checksum(data) != self._stored:
                raise _DamageError(f"the checksum of {self._path} differs")
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                # A writer compresses nothing, so that no archive unpacks to more than itself.
                if any(member.file_size > len(data) for member in archive.infolist()):
                    raise _DamageError(f"{self._path} is compressed")
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                self._arrays = {key: stored[key] for key in stored.files}
        return self._arrays[name][row]


def _dtype_of_numbers(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in "biuf":
        raise _DamageError(f"{name} is no dtype of numbers")
    return dtype


def _decoded(value: Any, name: str, arrays: _ChunkArrays, dtypes: dict[str, np.dtype[Any] | None]) -> Any:
    if isinstance(value, dict):
        return _decoded_dict(value, name, arrays, dtypes)
    if isinstance(value, list):
        return [_decoded(item, f"{name}/{number}", arrays, dtypes) for number, item in enumerate(value)]
    dtype = dtypes.get(name)
    return dtype.type(value) if dtype is not None and isinstance(value, bool | int | float) else value


def _decoded_dict(
    value: dict[str, Any], name: str, arrays: _ChunkArrays, dtypes: dict[str, np.dtype[Any] | None]
) -> Any:
    match value:
        case {"__array__": [str(stored), int(row)]}:
            return arrays.row(stored, row)
        case {"__texts__": texts}:
            return np.array(texts, object)
        case {"__number__": number}:
            return _decoded(float(number), name, arrays, dtypes)
        case {"__bytes__": text}:
            return base64.b64decode(text)
        case {"__items__": items}:
            keys = [_decoded(key, f"{name}/", arrays, dtypes) for key, _ in items]
            values = [item for _, item in items]
            return {
                key: _decoded(item, f"{name}/{key}", arrays, dtypes) for key, item in zip(keys, values, strict=True)
            }
    return {key: _decoded(item, f"{name}/{key}", arrays, dtypes) for key, item in value.items()}
