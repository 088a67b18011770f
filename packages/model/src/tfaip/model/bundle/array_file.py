"""Reads arrays from an HDF5 file that anybody may have made.

HDF5 can do much that weights don't need. An array may stand in another file: external storage, virtual datasets, links
(Keras had to close these as CVE-2026-1669). A small file may hold, compressed, more than any memory. Here an array is
stored plainly in the file itself, and its shape is known before a byte of it is read.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import h5py
import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.params.regular_files import require_regular

__all__ = ["ArrayFile", "ArrayFileError", "StoredArray"]

# The largest networks have some ten thousand variables, each in a few nested groups.
_MAX_OBJECTS = 1_000_000
# Numbers, texts of a fixed length, and the opaque bytes as which h5py stores bfloat16.
_KINDS = "biufcSV"


class ArrayFileError(BundleError, OSError):
    """An HDF5 file can't be read, or holds something else than plain arrays."""


@dataclass(frozen=True)
class StoredArray:
    """An array of a file, which is not read yet.

    Attributes:
        shape: Its shape.
        dtype: Its dtype.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """Bytes that it takes in memory."""
        return math.prod(self.shape) * self.dtype.itemsize


class ArrayFile:
    """An HDF5 file, opened for reading; a context that closes it.

    Args:
        file: The path, or a seekable file of bytes.
        name: Name of the file for messages; default: the path.

    Attributes:
        arrays: Shape and dtype of each array, by its path in the file; in the order of the file.

    Raises:
        ArrayFileError: It is no regular file, no HDF5, is damaged, or holds links, compressed arrays, or arrays that
            stand in other files.
    """

    def __init__(self, file: str | os.PathLike[str] | IO[bytes], name: str | os.PathLike[str] = "") -> None:

        self._h5py = h5py
        if isinstance(file, str | os.PathLike):
            self._name, self._size = str(name or file), self._size_of(Path(file))
            source: Any = os.fspath(file)
        else:
            self._name, self._size = str(name), file.seek(0, os.SEEK_END)
            source = file
        with self._reported():
            self._file = h5py.File(source, "r", locking=False)
        try:
            with self._reported():
                self.arrays = dict(self._walk())
        except BaseException:
            self._file.close()
            raise

    def read(
        self, names: Iterable[str], *, shapes: Mapping[str, tuple[int, ...]] | None = None, limit: int | None = None
    ) -> dict[str, np.ndarray]:
        """Return arrays by their paths.

        Args:
            names: Paths of arrays that the file has.
            shapes: Shapes that the arrays must have, by path; those of others are not compared.
            limit: Number of bytes that they may take in memory together; default: the size of the file.

        Raises:
            ArrayFileError: One has another shape, all of them are larger than the limit, or can't be read. Nothing is
                read in the first two cases.
        """
        names = list(names)
        for name in names:
            wanted, stored = (shapes or {}).get(name), self.arrays[name].shape
            if wanted is not None and wanted != stored:
                raise ArrayFileError(f"{self._name}: {name} must have the shape {wanted}, it has {stored}")
        size = sum(self.arrays[name].nbytes for name in names)
        allowed = self._size if limit is None else limit
        if size > allowed:
            raise ArrayFileError(f"{self._name}: its arrays take {size:,} bytes, more than the {allowed:,} allowed")
        with self._reported():
            return {name: self._file[name][()] for name in names}

    def attribute(self, group: str, name: str) -> str | None:
        """Return a short text that is an attribute of a group, `None` where there is none.

        Raises:
            ArrayFileError: It is no short text, or can't be read.
        """
        with self._reported():
            attributes = self._file[group].attrs
            if name not in attributes:
                return None
            stored = attributes.get_id(name)
            value = attributes[name] if stored.shape == () and stored.get_storage_size() <= 1024 else None
            if not isinstance(value, str):
                raise ArrayFileError(f"{self._name}: the attribute {name!r} of {group} must be a short text")
            return value

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _size_of(self, path: Path) -> int:
        try:
            return require_regular(path).st_size
        except OSError as error:
            raise ArrayFileError(f"{path} can't be read: {error.strerror}") from None

    def _walk(self) -> Iterable[tuple[str, StoredArray]]:
        seen = {self._place(self._file)}
        groups: list[tuple[str, Any]] = [("", self._file)]
        while groups:
            prefix, group = groups.pop(0)
            for name in group:
                path = f"{prefix}{name}"
                if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
                    raise ArrayFileError(f"{self._name}: {path} is a link, and an array must stand in the file itself")
                item = group[name]
                place = self._place(item)
                if place in seen or len(seen) > _MAX_OBJECTS:
                    what = "stands in it twice" if place in seen else f"is one of more than {_MAX_OBJECTS:,} objects"
                    raise ArrayFileError(f"{self._name}: {path} {what}, that can't be weights")
                seen.add(place)
                if isinstance(item, self._h5py.Group):
                    groups.append((f"{path}/", item))
                else:
                    yield path, self._checked(path, item)

    def _place(self, item: Any) -> int:
        """Where an object stands in the file, whatever links lead to it."""
        place: int = self._h5py.h5o.get_info(item.id).addr
        return place

    def _checked(self, path: str, item: Any) -> StoredArray:
        """Refuse an array that is not stored plainly; no byte of it is read."""
        problem = ""
        if not isinstance(item, self._h5py.Dataset):
            problem = "is no array"
        elif item.external or item.is_virtual:
            problem = "stands in another file"
        elif item.id.get_create_plist().get_nfilters():
            problem = "is compressed"
        elif item.shape is None or item.dtype.hasobject or item.dtype.kind not in _KINDS:
            problem = "is no array of numbers"
        if not problem:
            stored = StoredArray(tuple(item.shape), item.dtype)
            # A chunk is read as a whole, and a part that was never written reads as zeros.
            if item.chunks and math.prod(item.chunks) * item.dtype.itemsize > max(self._size, 1 << 20):
                problem = "has chunks that are larger than the file"
            elif stored.nbytes > item.id.get_storage_size():
                problem = "is not stored as a whole"
            else:
                return stored
        raise ArrayFileError(
            f"{self._name}: {path} {problem}; arrays of numbers, uncompressed and in the file itself, can be read"
        )

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Turn the errors of a damaged file, of which h5py has many kinds, into one."""
        try:
            yield
        except ArrayFileError:
            raise
        except Exception as error:
            text = " ".join(str(error).split()) or type(error).__name__
            raise ArrayFileError(
                f"{self._name} can't be read as HDF5, it is damaged or another kind of file: {text}"
            ) from None
