"""Reading samples from files."""

from __future__ import annotations

import base64
import json
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.pipeline import Sample
from tfaip.predict.dump.errors import DumpError
from tfaip.predict.dump.layout import FORMAT, PARTS, VERSION, arrays_of, lines_of

__all__ = ["DumpError", "DumpReader"]

logger = logging.getLogger(__name__)


class DumpReader:
    """Iterates over the samples of a dump, lazily; nothing in it is executed.

    Of a dump that was cut off, for instance because its writer was killed, everything before the cut is read.

    Args:
        folder: The dump.

    Attributes:
        header: The first line.
        is_complete: Whether the end was read; known after an iteration.

    Raises:
        DumpError: `folder` is no dump, or one of a newer version.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.is_complete = False
        lines = lines_of(self.folder)
        if not lines.is_file():
            raise DumpError(f"a dump is a folder with the file {lines.name}, but {self.folder} has none")
        with lines.open("rb") as file:
            self.header = _parsed(file.readline())
        if not isinstance(self.header, dict) or self.header.get("format") != FORMAT:
            raise DumpError(f"{lines} must begin with a header of the format {FORMAT!r}, it does not")
        version = self.header.get("format_version")
        if not isinstance(version, int) or version > VERSION:
            raise DumpError(
                f"{lines} is of the version {version!r}, and this tfaip-predict reads {VERSION}: a newer one wrote it"
            )

    def __iter__(self) -> Iterator[Sample]:
        self.is_complete = False
        dtypes: dict[str, np.dtype[Any] | None] = {}
        arrays = _Arrays(self.folder)
        count = 0
        with lines_of(self.folder).open("rb") as file:
            file.readline()
            for text in file:
                line = _parsed(text)
                if line is None:
                    break
                if "dtypes" in line:
                    dtypes.update({name: np.dtype(dtype) if dtype else None for name, dtype in line["dtypes"].items()})
                elif "samples" in line:
                    self.is_complete = line["samples"] == count
                    break
                else:
                    try:
                        chunk = arrays.of(line["chunk"])
                        parts = {name: _decoded(line.get(name), name, chunk, dtypes) for name in PARTS}
                    except _MissingArraysError as missing:
                        logger.warning("%s", missing)
                        break
                    count += 1
                    yield Sample(**parts)
        if not self.is_complete:
            logger.warning("The dump %s was cut off, it holds %d samples", self.folder, count)


class _MissingArraysError(Exception):
    """A chunk's arrays are not there, or not whole."""


class _Arrays:
    """The arrays of the chunk that was asked for last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = -1
        self._chunk = _ChunkArrays(Path())

    def of(self, number: int) -> _ChunkArrays:
        """Return the arrays of a chunk, read when they are first asked for."""
        if number != self._number:
            self._number, self._chunk = number, _ChunkArrays(arrays_of(self._folder, number))
        return self._chunk


class _ChunkArrays:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._arrays: dict[str, np.ndarray] | None = None

    def row(self, name: str, row: int) -> Any:
        """Return one array."""
        if self._arrays is None:
            try:
                with np.load(self._path, allow_pickle=False) as stored:
                    self._arrays = {key: stored[key] for key in stored.files}
            except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
                raise _MissingArraysError(f"{self._path} cannot be read: {error}") from error
        return self._arrays[name][row]


def _parsed(text: bytes) -> Any:
    """The object in a line, or None if it is cut off."""
    if not text.endswith(b"\n"):
        return None
    try:
        return json.loads(text)
    except ValueError:
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
