"""`WebDatasetGenerator`: tar files whose members of one name are the fields of a sample."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tfaip.params import params
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.record_files.base import IndexedRecords, Record, ScannedFilesGenerator
from tfaip.pipeline.generators.record_files.fields import decoder
from tfaip.pipeline.generators.record_files.params import IndexedFilesParams
from tfaip.pipeline.generators.record_files.tar_members import Member, read_members

__all__ = ["IndexedWebDatasetGenerator", "WebDatasetGenerator", "WebDatasetGeneratorParams"]

_NAME = re.compile(r"^((?:.*/)?[^/.]+)\.([^/]+)$", re.DOTALL)
_KINDS = {
    "image": ("jpg", "jpeg", "png", "ppm", "webp", "bmp"),
    "gray": ("pgm", "pbm"),
    "text": ("txt", "text", "transcript"),
    "json": ("json",),
    "integer": ("cls", "cls2", "class", "index", "inx", "id"),
    "npy": ("npy",),
}
_KIND_OF = {extension: kind for kind, extensions in _KINDS.items() for extension in extensions}


@params(name="WebDataset")
class WebDatasetGeneratorParams(IndexedFilesParams):
    """Tar files whose members of one name are the fields of a sample, as WebDataset writes them."""

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return IndexedWebDatasetGenerator if self.random_access else WebDatasetGenerator


class WebDatasetGenerator(ScannedFilesGenerator[WebDatasetGeneratorParams]):
    """Reads the members of a tar file in order; those with the same path up to the first dot are one sample.

    A field is the rest of the name, such as `jpg` or `seg.png`. Its extension says how it is decoded, unless `decode`
    does; `__key__` is the path. Only fields that are named are read. Pickled members stay bytes.
    """

    def __init__(self, mode: PipelineMode, params: WebDatasetGeneratorParams) -> None:
        super().__init__(mode, params)
        named = {entry.partition("=")[0] for entry in params.decode}
        kinds = {name: _KIND_OF.get(name.rpartition(".")[2].lower()) for name in self._fields.names}
        self._decoders = {name: decoder(kind) for name, kind in kinds.items() if kind and name not in named}
        self._wanted = frozenset(self._fields.names)
        # A subclass may look at other fields.
        self._wants_all = type(self).sample_of_fields is not ScannedFilesGenerator.sample_of_fields

    def values_of(self, file: BinaryIO, path: str) -> Iterator[dict[str, Any]]:
        """See the base."""
        for members in _samples(read_members(file, path, wants=self._wants)):
            yield _fields(members)

    def places_of(self, file: BinaryIO, path: str) -> Iterator[tuple[int, int]]:
        """See the base."""
        for members in _samples(read_members(file, path, wants=lambda _: False)):
            yield members[0].begin, members[-1].end - members[0].begin

    def value_of(self, data: bytes, path: str) -> dict[str, Any]:
        """See the base."""
        return _fields(list(read_members(io.BytesIO(data), path, wants=self._wants)))

    def fields_of(self, record: Record) -> Mapping[str, Any]:
        """See the base."""
        fields: dict[str, Any] = dict(record.value)
        for name, decode in self._decoders.items():
            if name in fields:
                try:
                    fields[name] = decode(fields[name])
                except (OSError, ValueError) as error:
                    raise DataError(f"the field {name!r} can't be decoded: {error}") from error
        return fields

    def sample_of_record(self, record: Record) -> Sample | None:
        """See the base; the meta holds the key too."""
        sample = super().sample_of_record(record)
        if sample is not None and isinstance(sample.meta, dict):
            sample.meta.setdefault("key", record.value.get("__key__"))
        return sample

    def _wants(self, name: str) -> bool:
        return self._wants_all or ((match := _NAME.match(name)) is not None and match[2] in self._wanted)


class IndexedWebDatasetGenerator(IndexedRecords[WebDatasetGeneratorParams], WebDatasetGenerator):
    """Reads samples of tar files by index."""


def _samples(members: Iterator[Member]) -> Iterator[list[Member]]:
    """The members of each sample, which follow each other; names without an extension belong to none."""
    key: str | None = None
    sample: list[Member] = []
    for member in members:
        match = _NAME.match(member.name)
        if match is None:
            continue
        if match[1] != key and sample:
            yield sample
            sample = []
        key = match[1]
        sample.append(member)
    if sample:
        yield sample


def _fields(members: list[Member]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for member in members:
        match = _NAME.match(member.name)
        if match is not None:
            fields["__key__"], fields[match[2]] = match[1], member.data
    return fields
