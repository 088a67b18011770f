"""The features of a `tf.train.Example`, read from its bytes without TensorFlow.

The format is protobuf's: each field begins with its number and wire type. An example holds a map from names to lists
of bytes, of floats, or of integers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tfaip.pipeline.errors import DataError

__all__ = ["read_example"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BYTES_LIST, _FLOAT_LIST, _INT64_LIST = 1, 2, 3

Feature = list[bytes] | np.ndarray
"""A list of bytes, or an array of shape (values,): float32 or int64."""


def read_example(data: bytes) -> dict[str, Feature]:
    """The features of an example; an empty feature is an empty list.

    Raises:
        DataError: The bytes are no example.
    """
    try:
        features: dict[str, Feature] = {}
        for number, example in _fields(memoryview(data)):
            if number != 1 or isinstance(example, int):
                continue
            for _, entry in _fields(example):
                name, value = "", memoryview(b"")
                for part, content in _fields(_message(entry)):
                    if part == 1:
                        name = str(_message(content), "utf-8")
                    elif part == 2:
                        value = _message(content)
                features[name] = _feature(value)
        return features
    except (IndexError, ValueError, TypeError) as error:
        raise DataError(f"the record is no tf.train.Example: {error}") from error


def _feature(data: memoryview) -> Feature:
    found: Feature = []
    for kind, content in _fields(data):
        values = _message(content)
        if kind == _BYTES_LIST:
            found = [bytes(_message(item)) for number, item in _fields(values) if number == 1]
        elif kind == _FLOAT_LIST:
            found = _floats(values)
        elif kind == _INT64_LIST:
            found = _integers(values)
    return found


def _floats(data: memoryview) -> np.ndarray:
    # Packed: all values in one field; else each has a field of its own.
    parts = [_message(item) for number, item in _fields(data) if number == 1]
    arrays = [np.frombuffer(part, "<f4") for part in parts]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays) if arrays else np.empty(0, np.float32)


def _integers(data: memoryview) -> np.ndarray:
    values: list[int] = []
    arrays: list[np.ndarray] = []
    for number, item in _fields(data):
        if number != 1:
            continue
        if isinstance(item, int):
            values.append(item - (1 << 64) if item >> 63 else item)
        else:
            arrays.append(_varints(item))
    if values:
        arrays.append(np.array(values, np.int64))
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays) if arrays else np.empty(0, np.int64)


def _varints(data: memoryview) -> np.ndarray:
    """Integers of 7 bits a byte, the lowest first; the highest bit says that more follow."""
    raw = np.frombuffer(data, np.uint8)
    if not len(raw):
        return np.empty(0, np.int64)
    ends = np.flatnonzero(raw < 0x80)
    if not len(ends) or ends[-1] != len(raw) - 1:
        raise ValueError("an integer is cut off")
    if len(ends) == len(raw):
        return raw.astype(np.int64)
    begins = np.concatenate([[0], ends[:-1] + 1])
    if (ends - begins).max() > 9:
        raise ValueError("an integer has more than 64 bits")
    shifts = (7 * (np.arange(len(raw)) - np.repeat(begins, ends - begins + 1))).astype(np.uint64)
    return np.add.reduceat((raw & 0x7F).astype(np.uint64) << shifts, begins).astype(np.int64)


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """The number and the content of each field of a message."""
    position, end = 0, len(data)
    while position < end:
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if kind == _BYTES:
            size, position = _varint(data, position)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {kind}")
        if position + size > end:
            raise ValueError("a field is cut off")
        yield number, data[position : position + size]
        position += size


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("an integer has more than 64 bits")


def _message(content: memoryview | int) -> memoryview:
    if isinstance(content, int):
        raise TypeError("a number stands where a message should")
    return content
