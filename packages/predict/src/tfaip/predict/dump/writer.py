"""Writes samples into a dump."""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from tfaip.pipeline import Sample
from tfaip.predict.dump.errors import DumpError
from tfaip.predict.dump.layout import (
    ARRAY,
    BYTES,
    CHECKSUMS,
    FORMAT,
    ITEMS,
    KIND,
    NUMBER,
    PARTS,
    STATE,
    TEXTS,
    VERSION,
    arrays_of,
    checksum,
    lines_of,
    sealed_line,
)

__all__ = ["DumpWriter"]

_CHUNK_BYTES = 16 << 20
_CHUNK_SAMPLES = 1024
_CHUNK_SECONDS = 10.0
"""Samples of a chunk: a process that is killed loses at most these, and larger files are read quickly."""


class DumpWriter:
    """A context that writes samples one by one and completes the dump at its end.

    Args:
        folder: Is made; the format is described in `tfaip.predict.dump`.
        inputs: Whether to write the inputs, which usually are large and at hand anyway.
        notes: Further content of the header, plain JSON.

    Raises:
        DumpError: There is something at `folder` already, or it can't be written.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, inputs: bool = False, notes: Mapping[str, Any] | None = None
    ) -> None:
        self.folder = Path(folder)
        self.count = 0
        self._parts = [part for part in PARTS if inputs or part != "inputs"]
        self._chunk = _Chunk(0)
        self._chunk_bytes = _CHUNK_BYTES
        self._dtypes: dict[str, str] = {}
        try:
            self._lines = self._opened({"format": FORMAT, "format_version": VERSION, CHECKSUMS: KIND, **(notes or {})})
        except OSError as error:
            raise DumpError(f"the dump {self.folder} cannot be written: {error.strerror}") from error

    def _opened(self, header: dict[str, Any]) -> BinaryIO:
        """Make the folder; return the file of the lines behind its header."""
        try:
            self.folder.mkdir(parents=True)
        except FileExistsError:
            raise DumpError(f"a dump must be written to a new folder, but there is {self.folder} already") from None
        (self.folder / "arrays").mkdir()
        lines = lines_of(self.folder).open("wb")
        lines.write(sealed_line(header))
        lines.flush()
        return lines

    def write(self, sample: Sample, element: int | None = None) -> None:
        """Add a sample.

        Args:
            sample: The sample.
            element: For a part: the index of the input's element that the sample comes from.

        Raises:
            DumpError: It holds something that is no number, text, array, or list or dict of them.
        """
        chunk = self._chunk
        line: dict[str, Any] = (
            {"chunk": chunk.number} if element is None else {"chunk": chunk.number, "element": element}
        )
        dtypes: dict[str, str] = {}
        for part in self._parts:
            value = getattr(sample, part)
            if value is not None:
                line[part] = self._encoded(value, part, dtypes)
        if dtypes:
            self._dtypes.update(dtypes)
            chunk.lines.append({"dtypes": dtypes})
        chunk.lines.append(line)
        self.count += 1
        chunk.samples += 1
        if chunk.samples >= _CHUNK_SAMPLES or chunk.size >= self._chunk_bytes or chunk.is_old():
            self._flush()

    def mark(self, state: Any) -> None:
        """Note the place from which a part can go on, with a value that a dump can hold.

        Args:
            state: All samples before it are written, and none behind it.
        """
        chunk = self._chunk
        chunk.mark = len(chunk.lines), state
        if chunk.is_old():
            self._flush()

    def close(self) -> None:
        """Write what is left, without marking the dump as complete."""
        if not self._lines.closed:
            self._flush()
            self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc_type is None:
            self._flush()
            self._write({"samples": self.count})
        self.close()

    def _flush(self) -> None:
        chunk = self._chunk
        if chunk.mark is not None:
            place, state = chunk.mark
            dtypes: dict[str, str] = {}
            line = {"chunk": chunk.number, STATE: self._encoded(state, STATE, dtypes)}
            self._dtypes.update(dtypes)
            chunk.lines[place:place] = [{"dtypes": dtypes}, line] if dtypes else [line]
        if chunk.arrays:
            path = arrays_of(self.folder, chunk.number)
            beside = path.with_name(f".{path.name}")
            stacked: dict[str, Any] = {name: np.stack(rows) for name, rows in chunk.arrays.items()}
            stored = io.BytesIO()
            np.savez(stored, **stacked)
            beside.write_bytes(stored.getbuffer())
            beside.replace(path)
            of_arrays = checksum(stored.getbuffer())
            for line in chunk.lines:
                if "chunk" in line:
                    line["arrays"] = of_arrays
        for line in chunk.lines:
            self._write(line)
        self._lines.flush()
        self._chunk = _Chunk(chunk.number + 1)

    def _write(self, line: Mapping[str, Any]) -> None:
        self._lines.write(sealed_line(line))

    def _encoded(self, value: Any, name: str, dtypes: dict[str, str]) -> Any:
        if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
            return self._encoded_number(value.item(), value.dtype.str, name, dtypes)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            return self._encoded_number(value, "", name, dtypes)
        if isinstance(value, np.ndarray):
            return self._encoded_array(value, name)
        if isinstance(value, bytes):
            return {BYTES: base64.b64encode(value).decode("ascii")}
        if isinstance(value, Mapping):
            if all(isinstance(key, str) and not key.startswith("__") for key in value):
                return {key: self._encoded(item, f"{name}/{key}", dtypes) for key, item in value.items()}
            pairs = [(self._encoded(key, f"{name}/", dtypes), item) for key, item in value.items()]
            return {ITEMS: [[key, self._encoded(item, f"{name}/{key}", dtypes)] for key, item in pairs]}
        if isinstance(value, Sequence):
            return [self._encoded(item, f"{name}/{number}", dtypes) for number, item in enumerate(value)]
        raise _unknown(name, value)

    def _encoded_number(self, value: Any, dtype: str, name: str, dtypes: dict[str, str]) -> Any:
        if not isinstance(value, bool | int | float):
            return self._encoded(value, name, dtypes)
        if dtypes.get(name, self._dtypes.get(name, "")) != dtype:
            dtypes[name] = dtype
        return {NUMBER: str(value)} if isinstance(value, float) and not math.isfinite(value) else value

    def _encoded_array(self, array: np.ndarray, name: str) -> dict[str, Any]:
        if array.dtype.kind == "O":
            texts = array.tolist()
            if not all(isinstance(item, str) for item in array.flat):
                raise _unknown(name, array)
            return {TEXTS: texts}
        if array.dtype.kind not in "biufcUSmM":
            raise _unknown(name, array)
        return {ARRAY: list(self._chunk.add(name, array))}


class _Chunk:
    """The samples that are not written yet."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.begun = monotonic()
        self.samples = 0
        self.size = 0
        self.lines: list[dict[str, Any]] = []
        self.arrays: dict[str, list[np.ndarray]] = {}
        self.mark: tuple[int, Any] | None = None
        self._names: dict[tuple[str, str, tuple[int, ...]], str] = {}
        self._kinds: dict[str, int] = {}

    def is_old(self) -> bool:
        """Whether a process that is killed would lose more work than it may."""
        return monotonic() - self.begun >= _CHUNK_SECONDS

    def add(self, name: str, array: np.ndarray) -> tuple[str, int]:
        """Return the name and the row under which the array is stored."""
        key = (name, array.dtype.str, array.shape)
        if key not in self._names:
            count = self._kinds[name] = self._kinds.get(name, 0) + 1
            self._names[key] = name if count == 1 else f"{name}#{count}"
        stored = self._names[key]
        rows = self.arrays.setdefault(stored, [])
        # A copy, lest a view keep a whole batch in memory.
        rows.append(array.copy())
        self.size += array.nbytes
        return stored, len(rows) - 1


def _unknown(name: str, value: Any) -> DumpError:
    of = f" of dtype {value.dtype}" if isinstance(value, np.ndarray) else ""
    return DumpError(
        f"a dump holds numbers, texts, arrays of them, and lists and dicts, but {name} is a "
        f"{type(value).__qualname__}{of}: convert it in a processor after the model"
    )
