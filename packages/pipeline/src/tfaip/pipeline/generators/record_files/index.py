"""The index of a file: the place of each record, written beside the file once."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Iterable
from typing import BinaryIO

import numpy as np

from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.files import RecordFiles

__all__ = ["index_of"]

logger = logging.getLogger(__name__)

_VERSION = 2
_SUFFIX = ".index.npy"
_GZIP = b"\x1f\x8b"

Scan = Callable[[BinaryIO, str], Iterable[tuple[int, int]]]
"""Finds the first byte and the size of each record of a file."""


def index_of(files: RecordFiles, path: str, folder: str, scan: Scan) -> np.ndarray:
    """The places of the records of a file: int64 of shape (records, 2), first byte and size.

    An index is read where there is one that belongs to the file; else the file is scanned, and the index is written.

    Raises:
        DataError: The file is compressed or damaged, or the index can't be written.
    """
    place = _place(path, folder)
    size = files.size(path)
    stored = files.read_if_there(place)
    if stored is not None and (known := _read(stored, size)) is not None:
        return known
    if size >= 2 and files.read(path, 0, 2) == _GZIP:
        raise DataError(f"{path} is compressed by gzip, which has no random access: unpack it, or read it in order")
    logger.info("Writing the index of %s: %s", path, place)
    with files.opened(path) as file:
        places = np.array(list(scan(file, path)), np.int64).reshape(-1, 2)
    buffer = io.BytesIO()
    np.save(buffer, np.concatenate([np.array([[_VERSION, size]], np.int64), places]))
    files.write(place, buffer.getvalue())
    return places


def _place(path: str, folder: str) -> str:
    if not folder:
        return path + _SUFFIX
    # Files of one name may lie in several folders.
    digest = hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{folder.rstrip('/')}/{path.rstrip('/').rpartition('/')[2]}.{digest}{_SUFFIX}"


def _read(stored: bytes, size: int) -> np.ndarray | None:
    """The places in an index; None if it is damaged, or belongs to a file of another size."""
    try:
        array: np.ndarray = np.load(io.BytesIO(stored), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return None
    if array.dtype != np.int64 or array.ndim != 2 or array.shape[1] != 2 or len(array) < 1:
        return None
    places = array[1:]
    if array[0].tolist() != [_VERSION, size] or (places < 0).any() or (places.sum(1) > size).any():
        return None
    return places
