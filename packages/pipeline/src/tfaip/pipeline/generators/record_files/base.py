"""`RecordFilesGenerator`: samples from files of records, shard by shard, and `IndexedRecords`: by index."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.fields import SampleFields
from tfaip.pipeline.generators.record_files.files import RecordFiles
from tfaip.pipeline.generators.record_files.index import index_of
from tfaip.pipeline.generators.record_files.params import IndexedFilesParams, RecordFilesParams
from tfaip.pipeline.hooks import hook

__all__ = ["IndexedRecords", "Record", "RecordFilesGenerator", "ScannedFilesGenerator"]

P = TypeVar("P", bound=RecordFilesParams)
I = TypeVar("I", bound=IndexedFilesParams)  # noqa: E741


class Record(NamedTuple):
    """A record as a shuffle buffer holds it.

    Attributes:
        file: The path of its file.
        number: Its number in the file.
        value: Its contents, not decoded.
    """

    file: str
    number: int
    value: Any


class RecordFilesGenerator(DataGenerator[P]):
    """Base of generators over files of records: parameters name the fields of a sample.

    The meta holds `file`, `record` and the fields of `params.meta`. Override `sample_of_fields` for other samples.

    Raises:
        DataError: No file matches.
        DefinitionError: The parameters contradict each other.
    """

    def __init__(self, mode: PipelineMode, params: P) -> None:
        super().__init__(mode, params)
        self._fields = SampleFields(params, mode)
        self._files = RecordFiles(params.storage_options)
        self._paths = self._files.expand(params.files)

    def shards(self) -> Sequence[Any]:
        """The files."""
        return self._paths

    def sample_of_record(self, record: Record) -> Sample | None:
        """The sample of a record.

        Raises:
            DataError: The record is damaged, or has other fields.
        """
        try:
            return self.sample_of_fields(self.fields_of(record), {"file": record.file, "record": record.number})
        except DataError as error:
            raise DataError(f"{record.file}, record {record.number}: {error}") from error

    @hook
    def sample_of_fields(self, fields: Mapping[str, Any], meta: Mapping[str, Any]) -> Sample | None:
        """Hook: the sample of the fields of a record, as parameters name them; None drops it."""
        return self._fields.sample(fields, meta)

    @abstractmethod
    def fields_of(self, record: Record) -> Mapping[str, Any]:
        """The fields of a record by name."""


class ScannedFilesGenerator(RecordFilesGenerator[I]):
    """Base of formats whose files are read from the beginning, and whose records an index can find."""

    def generate_shard(self, shard: str) -> Iterator[Record]:
        """The records of a file."""
        with self._files.opened(shard) as file:
            for number, value in enumerate(self.values_of(file, shard)):
                yield Record(shard, number, value)

    @abstractmethod
    def values_of(self, file: BinaryIO, path: str) -> Iterable[Any]:
        """The contents of the records of a file, in order.

        Raises:
            DataError: The file is damaged.
        """

    @abstractmethod
    def places_of(self, file: BinaryIO, path: str) -> Iterable[tuple[int, int]]:
        """The first byte and the size of each record of a file."""

    @abstractmethod
    def value_of(self, data: bytes, path: str) -> Any:
        """The contents of the record with these bytes."""


class IndexedRecords(ScannedFilesGenerator[I]):
    """Mix-in of a format's generator that reads records by index: indices are written once, beside the files.

    Raises:
        DataError: An index can't be written, or a file is compressed.
    """

    def __init__(self, mode: PipelineMode, params: I) -> None:
        super().__init__(mode, params)
        folder = params.index_folder
        self._places = [index_of(self._files, path, folder, self.places_of) for path in self._paths]
        self._ends = list(accumulate(len(places) for places in self._places))

    def __len__(self) -> int:
        """The number of records of all files."""
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> Sample | None:
        """The sample of a record."""
        number = bisect_right(self._ends, index)
        path, places = self._paths[number], self._places[number]
        record = index - (self._ends[number - 1] if number else 0)
        offset, size = (int(value) for value in np.asarray(places[record]))
        data = self._files.read(path, offset, size)
        return self.sample_of_record(Record(path, record, self.value_of(data, path)))
