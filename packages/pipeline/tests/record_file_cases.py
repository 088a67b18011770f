"""Writers of files of records for the tests, and a file system that counts the bytes that are read."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

from tfaip.params import params
from tfaip.pipeline import ArraySpec, DataBase, DataBaseParams
from tfaip.pipeline.generators.record_files.tfrecord import masked_crc


@params
class PointsParams(DataBaseParams):
    def cls(self) -> type[DataBase[Any]]:
        return Points


class Points(DataBase[PointsParams]):
    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"x": ArraySpec((2,), "float32")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}


def json_lines(path: Path, indices: range) -> None:
    path.write_text("".join(json.dumps({"x": [index, 0.5], "y": index}) + "\n" for index in indices))


def tar(path: Path, indices: range, *, mode: str = "w", **options: Any) -> None:
    with tarfile.open(path, mode, **options) as file:  # type: ignore[call-overload]
        for index in indices:
            array = io.BytesIO()
            np.save(array, np.array([index, 0.5], np.float32))
            for name, data in (("x.npy", array.getvalue()), ("y.cls", str(index).encode()), ("note.txt", b"n" * 700)):
                info = tarfile.TarInfo(f"scans/{index:05}.{name}")
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))


def example(features: dict[str, list[bytes] | list[float] | list[int]]) -> bytes:
    """The bytes of a `tf.train.Example`, with packed numbers."""
    entries = b""
    for name, values in features.items():
        if values and isinstance(values[0], bytes):
            kind, content = 1, b"".join(_field(1, value) for value in values)
        elif values and isinstance(values[0], float):
            kind, content = 2, _field(1, struct.pack(f"<{len(values)}f", *values))
        else:
            kind, content = 3, _field(1, b"".join(_varint(int(value) % (1 << 64)) for value in values))
        entries += _field(1, _field(1, name.encode()) + _field(2, _field(kind, content)))
    return _field(1, entries)


def tf_record(records: list[bytes]) -> bytes:
    made = b""
    for record in records:
        length = struct.pack("<Q", len(record))
        made += length + struct.pack("<I", masked_crc(length)) + record + struct.pack("<I", masked_crc(record))
    return made


def tfrecords(path: Path, indices: range) -> None:
    path.write_bytes(tf_record([example({"x": [float(index), 0.5], "y": [index]}) for index in indices]))


def parquet(path: Path, indices: range, rows: int = 4, width: int = 50) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "x": pa.array([[index, 0.5] for index in indices], pa.list_(pa.float32())),
            "y": pa.array(list(indices)),
            "other": pa.array([np.random.default_rng(index).bytes(width) for index in indices]),
        }
    )
    pq.write_table(table, path, row_group_size=rows)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


class CountingFile(MemoryFile):
    """Counts how often each range of bytes was read."""

    counts: Counter[tuple[str, int]] = Counter()

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        begin = self.tell()
        data = super().read(size)
        CountingFile.counts.update((self.path, place) for place in range(begin, begin + len(data)))
        return data


class CountingFileSystem(MemoryFileSystem):
    protocol = "counted"
    store: dict[str, Any] = {}
    pseudo_dirs = [""]

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        file = super()._open(path, mode, **options)
        if mode == "rb":
            counting = CountingFile(self, file.path, file.getvalue())
            counting.seek(0)
            return counting
        return file

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return MemoryFileSystem._strip_protocol(path.replace("counted://", "memory://"))

    def unstrip_protocol(self, name: str) -> str:
        return "counted://" + name
