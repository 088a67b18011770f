"""`TFRecordGenerator`: TFRecord files of `tf.train.Example`, without TensorFlow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tfaip.params import params
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.base import IndexedRecords, Record, ScannedFilesGenerator
from tfaip.pipeline.generators.record_files.params import IndexedFilesParams
from tfaip.pipeline.generators.record_files.tf_example import read_example

try:
    with warnings.catch_warnings():
        # Without its part in C it warns that it is slow. With -W error, no pipeline could be opened for that.
        warnings.filterwarnings("ignore", "As the c extension couldn't be imported", RuntimeWarning)
        import google_crc32c
except ImportError:
    google_crc32c = None

__all__ = ["IndexedTFRecordGenerator", "TFRecordGenerator", "TFRecordGeneratorParams", "masked_crc"]

# A record is: its length (8 bytes), the checksum of the length (4), the bytes, their checksum (4).
_HEADER, _FOOTER = 12, 4
_MOST_BYTES = 1 << 33
"""More in one record is a damaged size: it is read into memory as a whole."""

_POLYNOMIAL = 0x82F63B78


@params(name="TFRecord")
class TFRecordGeneratorParams(IndexedFilesParams):
    """TFRecord files of `tf.train.Example`, read without TensorFlow."""

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return IndexedTFRecordGenerator if self.random_access else TFRecordGenerator


class TFRecordGenerator(ScannedFilesGenerator[TFRecordGeneratorParams]):
    """Reads the records of a file in order; files compressed by gzip are recognised.

    A feature of numbers is an array of shape (values,), float32 or int64; `shapes` gives it another shape. A feature
    of bytes is a list; `decode` reads the one entry of it. The checksum of each length is compared; that of the bytes
    too where `google-crc32c` is installed (`tfaip-pipeline[tfrecord]`), since Python alone takes too long for it.
    """

    def values_of(self, file: BinaryIO, path: str) -> Iterator[bytes]:
        """See the base."""
        for position, size in _sizes(file, path):
            data = file.read(size + _FOOTER)
            if len(data) < size + _FOOTER:
                raise _cut_off(path, position)
            yield _checked(data, path)

    def places_of(self, file: BinaryIO, path: str) -> Iterator[tuple[int, int]]:
        """See the base."""
        for position, size in _sizes(file, path):
            file.seek(size, 1)
            if len(file.read(_FOOTER)) < _FOOTER:
                raise _cut_off(path, position)
            yield position + _HEADER, size + _FOOTER

    def value_of(self, data: bytes, path: str) -> bytes:
        """See the base."""
        return _checked(data, path)

    def fields_of(self, record: Record) -> Mapping[str, Any]:
        """See the base."""
        return read_example(record.value)


class IndexedTFRecordGenerator(IndexedRecords[TFRecordGeneratorParams], TFRecordGenerator):
    """Reads records by index."""


def _sizes(file: BinaryIO, path: str) -> Iterator[tuple[int, int]]:
    """The first byte and the size of each record; the caller reads its bytes before it goes on."""
    position = 0
    while header := file.read(_HEADER):
        if len(header) < _HEADER:
            raise _cut_off(path, position)
        if masked_crc(header[:8]) != int.from_bytes(header[8:], "little"):
            raise DataError(f"{path} is no TFRecord file, or damaged, at byte {position}")
        size = int.from_bytes(header[:8], "little")
        if size > _MOST_BYTES:
            raise DataError(f"{path} is damaged: the record at byte {position} has {size} bytes")
        yield position, size
        position += _HEADER + size + _FOOTER


def _checked(data: bytes, path: str) -> bytes:
    """The bytes of a record, without the checksum that follows them."""
    record, checksum = data[:-_FOOTER], int.from_bytes(data[-_FOOTER:], "little")
    if google_crc32c is not None and _masked(google_crc32c.value(record)) != checksum:
        raise DataError(
            f"{path} is damaged: a record of {len(record)} bytes has another checksum than when it was written"
        )
    return record


def _cut_off(path: str, position: int) -> DataError:
    return DataError(f"{path} ends in the middle of the record at byte {position}: it is cut off")


def _table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_CRC_OF_BYTE = _table()


def masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and shifted as TFRecord files have it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_OF_BYTE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return _masked(crc ^ 0xFFFFFFFF)


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
