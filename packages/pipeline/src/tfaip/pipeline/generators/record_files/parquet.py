"""`ParquetGenerator`: Parquet files, of which each group of rows is a shard."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import numpy as np
from attrs.validators import ge

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.base import Record, RecordFilesGenerator
from tfaip.pipeline.generators.record_files.params import RecordFilesParams

__all__ = ["IndexedParquetGenerator", "ParquetGenerator", "ParquetGeneratorParams"]

_ROWS_AT_ONCE = 1024


@params(name="Parquet")
class ParquetGeneratorParams(RecordFilesParams):
    """Parquet files, of which each group of rows is a shard; only the named columns are read."""

    cached_groups: int = field(
        default=4, validator=ge(1), help="Groups of rows that each process keeps for random_access"
    )

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return IndexedParquetGenerator if self.random_access else ParquetGenerator


class ParquetGenerator(RecordFilesGenerator[ParquetGeneratorParams]):
    """Reads groups of rows in order. Only the named columns are read; all where a subclass makes the samples.

    Each process reads the footers of all files once, to know their groups.

    Raises:
        DataError: pyarrow is not installed, or a file is damaged.
    """

    def __init__(self, mode: PipelineMode, params: ParquetGeneratorParams) -> None:
        super().__init__(mode, params)
        self._makes_own = type(self).sample_of_fields is not RecordFilesGenerator.sample_of_fields
        self._groups: list[tuple[str, int, int]] = []
        self._first_rows: dict[tuple[str, int], int] = {}
        # With it, the footer of a file is not read again for each group.
        self._metadata: dict[str, Any] = {}
        for path in self._paths:
            with self._opened(path) as file:
                metadata = self._metadata[path] = file.metadata
            first = 0
            for group in range(metadata.num_row_groups):
                rows = metadata.row_group(group).num_rows
                self._groups.append((path, group, rows))
                self._first_rows[path, group] = first
                first += rows

    def __len__(self) -> int:
        """The number of rows of all files."""
        return sum(rows for _, _, rows in self._groups)

    def shards(self) -> Sequence[tuple[str, int]]:
        """Path and number of each group of rows."""
        return [(path, group) for path, group, _ in self._groups]

    def generate_shard(self, shard: tuple[str, int]) -> Iterator[Record]:
        """The rows of a group."""
        path, group = shard
        number = self._first_rows[shard]
        with self._opened(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=self._columns(file, path)):
                columns = [_values(column) for column in batch.columns]
                for row in zip(*columns, strict=True):
                    yield Record(path, number, dict(zip(batch.schema.names, row, strict=True)))
                    number += 1

    def fields_of(self, record: Record) -> Mapping[str, Any]:
        """See the base."""
        fields: Mapping[str, Any] = record.value
        return fields

    def _columns(self, file: Any, path: str) -> list[str] | None:
        """The columns that are read; None for all."""
        if self._makes_own:
            return None
        names = set(file.schema_arrow.names)
        if missing := [name for name in self._fields.names if name not in names]:
            raise DataError(f"{path} must have the columns {missing}, it has {sorted(names)}")
        return self._fields.names

    @contextmanager
    def _opened(self, path: str) -> Iterator[Any]:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ModuleNotFoundError:
            raise DataError(f"reading {path} needs pyarrow: pip install 'tfaip-pipeline[parquet]'") from None
        with self._files.seekable(path) as raw:
            try:
                with pq.ParquetFile(raw, metadata=self._metadata.get(path), pre_buffer=True) as file:
                    yield file
            except pa.ArrowException as error:
                raise DataError(f"{path} is no Parquet file, or damaged: {error}") from error


class IndexedParquetGenerator(ParquetGenerator):
    """Reads rows by index; each process keeps the groups that it read last.

    A row costs the reading of its group, so small groups of rows (some MB) shuffle best.
    """

    def __init__(self, mode: PipelineMode, params: ParquetGeneratorParams) -> None:
        super().__init__(mode, params)
        self._ends = list(accumulate(rows for _, _, rows in self._groups))
        self._cache: OrderedDict[int, list[Record]] = OrderedDict()

    def __getitem__(self, index: int) -> Sample | None:
        """The sample of a row."""
        number = bisect_right(self._ends, index)
        first = self._ends[number - 1] if number else 0
        if (rows := self._cache.get(number)) is None:
            path, group, _ = self._groups[number]
            rows = self._cache[number] = list(self.generate_shard((path, group)))
            while len(self._cache) > self.params.cached_groups:
                self._cache.popitem(last=False)
        self._cache.move_to_end(number)
        return self.sample_of_record(rows[index - first])


def _values(column: Any) -> Sequence[Any]:
    """The values of a column: numbers and lists of numbers without a detour through Python's numbers."""
    import pyarrow as pa

    kind = column.type
    if column.null_count == 0 and _is_number(kind):
        numbers: np.ndarray = column.to_numpy(zero_copy_only=False)
        return list(numbers)
    if (
        column.null_count == 0
        and (pa.types.is_list(kind) or pa.types.is_large_list(kind))
        and _is_number(kind.value_type)
    ):
        values = column.flatten()
        if values.null_count == 0:
            ends = np.cumsum(column.value_lengths().to_numpy(zero_copy_only=False))
            return np.split(values.to_numpy(zero_copy_only=False), ends[:-1]) if len(column) else []
    found: list[Any] = column.to_pylist()
    return found


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))
