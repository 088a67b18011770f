"""The fields of a record, and the arrays of a sample that they become."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators.record_files.params import RecordFilesParams

__all__ = ["SampleFields", "decoder"]

_Decode = Callable[[Any], Any]


class SampleFields:
    """Makes samples of records, as the parameters say.

    Inputs and targets are dicts of arrays. A number becomes an array of shape (1,), several fields a vector.

    Args:
        params: Name the fields.
        mode: Says whether samples have inputs, targets or both.

    Raises:
        DefinitionError: The parameters contradict each other.

    Attributes:
        names: The fields that samples of this mode need, each once.
    """

    def __init__(self, params: RecordFilesParams, mode: PipelineMode) -> None:
        self._inputs = _keys(params.inputs, "inputs") if mode.needs_inputs else None
        self._targets = _keys(params.targets, "targets") if mode.needs_targets else None
        self._meta = list(params.meta)
        self._decoders = {name: decoder(kind) for name, kind in _pairs(params.decode, "decode", "FIELD=KIND")}
        self._shapes = {key: _shape(key, text) for key, text in _pairs(params.shapes, "shapes", "KEY=28,28")}
        keys = {**_keys(params.inputs, "inputs"), **_keys(params.targets, "targets")}
        if unknown := sorted(self._shapes.keys() - keys.keys()):
            raise DefinitionError(f"shapes must name inputs or targets ({', '.join(keys)}), got {unknown}")
        used = {**(self._inputs or {}), **(self._targets or {})}
        self.names = list(dict.fromkeys([name for names in used.values() for name in names] + self._meta))

    def sample(self, record: Mapping[str, Any], meta: Mapping[str, Any]) -> Sample:
        """The sample of a record.

        Raises:
            DataError: A field is missing, or holds something else than it should.
        """
        values: dict[str, Any] = {}
        for name in self.names:
            if name not in record:
                have = ", ".join(map(repr, record)) or "none"
                raise DataError(f"the record must have the field {name!r}, it has {have}")
            value = record[name]
            if (decode := self._decoders.get(name)) is not None:
                try:
                    value = decode(value)
                except (OSError, ValueError, TypeError, AttributeError) as error:
                    raise DataError(f"the field {name!r} can't be decoded: {error}") from error
            values[name] = value
        return Sample(
            inputs=None if self._inputs is None else self._arrays(self._inputs, values),
            targets=None if self._targets is None else self._arrays(self._targets, values),
            meta={**meta, **{name: _plain(values[name]) for name in self._meta}},
        )

    def _arrays(self, keys: Mapping[str, Sequence[str]], values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        return {key: self._array(key, names, values) for key, names in keys.items()}

    def _array(self, key: str, names: Sequence[str], values: Mapping[str, Any]) -> np.ndarray:
        parts = []
        for name in names:
            value = values[name]
            if value is None:
                raise DataError(f"the field {name!r} has no value")
            try:
                array = np.asarray(value)
            except ValueError as error:
                raise DataError(f"the field {name!r} is no array: {error}") from error
            if array.dtype == object:
                raise DataError(f"the field {name!r} must be an array of numbers or texts, got {type(value).__name__}")
            parts.append(array.reshape(1) if array.ndim == 0 else array)
        array = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if not array.flags.writeable:  # a processor may work in place
            array = array.copy()
        if (shape := self._shapes.get(key)) is not None:
            try:
                array = array.reshape(shape)
            except ValueError:
                raise DataError(f"{key!r} must have the shape {shape}, got {array.size} values") from None
        return array


def decoder(kind: str) -> _Decode:
    """The function that decodes bytes of a kind.

    Raises:
        DefinitionError: There is no such kind.
    """
    if (known := _KINDS.get(kind)) is not None:
        return known
    try:
        dtype = np.dtype(kind)
        if dtype.kind not in "biufc":
            raise TypeError
    except TypeError:
        kinds = ", ".join(_KINDS)
        raise DefinitionError(f"decode must be {kinds} or a dtype such as uint8, got {kind!r}") from None
    return lambda data: np.frombuffer(_bytes(data), dtype)


def _bytes(data: Any) -> Any:
    """The bytes of a field that holds one text of bytes, alone or in a list."""
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"it must hold bytes, got {type(data).__name__}")
    return data


def _text(data: Any) -> str:
    return data if isinstance(data, str) else bytes(_bytes(data)).decode("utf-8")


def _npy(data: Any) -> np.ndarray:
    """The array of an npy file; most files of a data set have the same header, which is slow to read."""
    content = _bytes(data)
    head = bytes(content[:10])
    if head[:8] != b"\x93NUMPY\x01\x00":
        array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
        return array
    begin = 10 + int.from_bytes(head[8:10], "little")
    shape, fortran, dtype = _npy_header(bytes(content[8:begin]))
    if dtype.hasobject:
        raise ValueError("an npy file must hold numbers or texts, got Python objects")
    count = math.prod(shape)
    return np.frombuffer(content, dtype, count, begin).reshape(shape, order="F" if fortran else "C")


@lru_cache(maxsize=256)
def _npy_header(header: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    return np.lib.format.read_array_header_1_0(io.BytesIO(header))


def _picture(mode: str) -> _Decode:
    def decode(data: Any) -> np.ndarray:
        try:
            from PIL import Image
        except ModuleNotFoundError:
            raise DefinitionError("decoding images needs Pillow: pip install pillow") from None
        with Image.open(io.BytesIO(_bytes(data))) as image:
            return np.asarray(image.convert(mode))

    return decode


_KINDS: dict[str, _Decode] = {
    "image": _picture("RGB"),
    "gray": _picture("L"),
    "text": _text,
    "json": lambda data: json.loads(_text(data)),
    "integer": lambda data: int(_text(data)),
    "npy": _npy,
    "bytes": lambda data: bytes(_bytes(data)),
}


def _plain(value: Any) -> Any:
    """A value of the meta as JSON can hold it."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _keys(entries: Sequence[str], what: str) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for entry in entries:
        key, sign, names = entry.partition("=")
        fields = [name.strip() for name in (names if sign else key).split(",")]
        if not key or not all(fields) or (not sign and len(fields) > 1):
            raise DefinitionError(f"{what} must be FIELD or KEY=FIELD,FIELD, got {entry!r}")
        if key in keys:
            raise DefinitionError(f"{what} must name each key once, got {key!r} twice")
        keys[key] = fields
    return keys


def _pairs(entries: Sequence[str], what: str, form: str) -> list[tuple[str, str]]:
    pairs = []
    for entry in entries:
        name, sign, value = entry.partition("=")
        if not (name and sign and value):
            raise DefinitionError(f"{what} must be {form}, got {entry!r}")
        pairs.append((name, value))
    return pairs


def _shape(key: str, text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"-?\d+(,-?\d+)*", text):
        raise DefinitionError(f"shapes must be KEY=28,28 with one number per axis, got {key}={text}")
    return tuple(map(int, text.split(",")))
