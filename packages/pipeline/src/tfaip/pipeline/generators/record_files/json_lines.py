"""`JSONLinesGenerator`: text files with one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tfaip.params import params
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.base import IndexedRecords, Record, ScannedFilesGenerator
from tfaip.pipeline.generators.record_files.params import IndexedFilesParams

__all__ = ["IndexedJSONLinesGenerator", "JSONLinesGenerator", "JSONLinesGeneratorParams"]


@params(name="JSONLines")
class JSONLinesGeneratorParams(IndexedFilesParams):
    """Text files with one JSON object per line, plain or compressed by gzip."""

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return IndexedJSONLinesGenerator if self.random_access else JSONLinesGenerator


class JSONLinesGenerator(ScannedFilesGenerator[JSONLinesGeneratorParams]):
    """Reads the lines of a file in order; empty lines are left out."""

    def values_of(self, file: BinaryIO, path: str) -> Iterator[bytes]:
        """See the base."""
        return (line for line in file if not line.isspace())

    def places_of(self, file: BinaryIO, path: str) -> Iterator[tuple[int, int]]:
        """See the base."""
        offset = 0
        for line in file:
            if not line.isspace():
                yield offset, len(line)
            offset += len(line)

    def value_of(self, data: bytes, path: str) -> bytes:
        """See the base."""
        return data

    def fields_of(self, record: Record) -> Mapping[str, Any]:
        """See the base."""
        try:
            fields = json.loads(record.value.decode("utf-8-sig"))
        except ValueError as error:
            raise DataError(f"a line must be a JSON object in UTF-8: {error}") from error
        if not isinstance(fields, dict):
            raise DataError(f"a line must be a JSON object, got {type(fields).__name__}")
        return fields


class IndexedJSONLinesGenerator(IndexedRecords[JSONLinesGeneratorParams], JSONLinesGenerator):
    """Reads lines by index."""
