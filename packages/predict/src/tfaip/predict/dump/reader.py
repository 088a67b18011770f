"""Reads samples from a dump."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.folders.containment import what_leads_out
from tfaip.params.regular_files import open_regular, read_regular
from tfaip.pipeline import Sample
from tfaip.predict.dump.errors import DumpError
from tfaip.predict.dump.layout import (
    CHECKSUMS,
    FORMAT,
    KIND,
    PARTS,
    VERSION,
    arrays_of,
    checksum,
    lines_of,
    verified,
)

__all__ = ["DumpError", "DumpReader"]

logger = logging.getLogger(__name__)

# Bytes of a line, which holds the texts of a sample, and of a chunk, which has 16 MiB and one sample more.
_MAX_LINE = 256 << 20
_MAX_CHUNK = 2 << 30


class DumpReader:
    """Iterates over the samples of a dump, lazily; nothing in it is executed.

    Of a dump that was cut off, for instance because its writer was killed, everything before the cut is read. A line or
    a chunk of arrays that is damaged is a cut, too.

    Args:
        folder: The dump.

    Attributes:
        header: The first line.
        is_complete: Whether the end was read; known after an iteration.

    Raises:
        DumpError: `folder` is no dump, or one of a newer version, or its header is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.is_complete = False
        lines = lines_of(self.folder)
        try:
            with open_regular(lines) as file:
                first = file.readline(_MAX_LINE)
        except FileNotFoundError:
            raise DumpError(f"a dump is a folder with the file {lines.name}, but {self.folder} has none") from None
        except OSError as error:
            raise DumpError(f"the dump {self.folder} can't be read: {lines.name}: {error.strerror}") from None
        seal = verified(first)
        if seal is False:
            raise DumpError(f"{lines}: the header, line 1, is damaged: its checksum differs")
        self.header = _header(first)
        if not isinstance(self.header, dict) or self.header.get("format") != FORMAT:
            raise DumpError(f"{lines} must begin with a header of the format {FORMAT!r}, it does not")
        version = self.header.get("format_version")
        if not isinstance(version, int) or not 1 <= version <= VERSION:
            raise DumpError(
                f"{lines} is of the version {version!r}, and this tfaip-predict reads {VERSION}: a newer one wrote it"
            )
        self._has_checksums = CHECKSUMS in self.header
        if self._has_checksums and (seal is None or self.header[CHECKSUMS] != KIND):
            raise DumpError(f"{lines}: the header, line 1, is damaged: it names checksums, but has none of {KIND}")

    def __iter__(self) -> Iterator[Sample]:
        self.is_complete = False
        lines = _Lines(self.folder, has_checksums=self._has_checksums)
        count, problem = 0, "it ends"
        with open_regular(lines_of(self.folder)) as file:
            file.readline(_MAX_LINE)
            for number, text in enumerate(iter(lambda: file.readline(_MAX_LINE), b""), 2):
                try:
                    read = lines.read(text)
                # A damaged line may hold anything, and each way in which it can't be decoded means the same.
                except Exception as error:
                    problem = f"line {number} cannot be read: {error or type(error).__name__}"
                    break
                if isinstance(read, int):
                    self.is_complete = read == count
                    problem = f"its end, line {number}, tells of {read} samples"
                    if file.read(1):
                        logger.warning(
                            "The dump %s has something behind its end, line %d, that is not read", self.folder, number
                        )
                    break
                if read is not None:
                    count += 1
                    yield read
        if not self.is_complete:
            logger.warning("The dump %s was cut off, it holds %d samples (%s)", self.folder, count, problem)


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

    def read(self, text: bytes) -> Sample | int | None:
        """Return the sample of a line; the number of samples for the line at the end; None for any other line."""
        if not text.endswith(b"\n"):
            raise _DamageError("it is cut off")
        if self._has_checksums and not verified(text):
            raise _DamageError("its checksum differs")
        line = json.loads(text)
        if "dtypes" in line:
            given = line["dtypes"].items()
            self._dtypes.update({name: _dtype_of_numbers(dtype) if dtype else None for name, dtype in given})
            return None
        if "samples" in line:
            return int(line["samples"])
        if line["chunk"] != self._number:
            path = arrays_of(self._folder, int(line["chunk"]))
            if outside := what_leads_out(self._folder, path):
                raise _DamageError(outside)
            stored = line.get("arrays", "") if self._has_checksums else None
            self._number, self._chunk = line["chunk"], _ChunkArrays(path, stored)
        return Sample(**{name: _decoded(line.get(name), name, self._chunk, self._dtypes) for name in PARTS})


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


def _header(line: bytes) -> Any:
    """The object in the first line, or None if there is none."""
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None


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
