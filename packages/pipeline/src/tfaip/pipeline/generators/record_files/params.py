"""The parameters that all generators over files of records share."""

from __future__ import annotations

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGeneratorParams

__all__ = ["IndexedFilesParams", "RecordFilesParams"]


@params
class RecordFilesParams(DataGeneratorParams):
    """Files of many records, local or behind a URL; each record is a sample."""

    files: list[str] = field(
        basic=True,
        factory=list,
        help="Files, or URLs of fsspec such as s3://; wildcards and {000..099} are allowed",
    )
    inputs: list[str] = field(
        basic=True, factory=list, help="Inputs of a sample: FIELD, or KEY=FIELD,FIELD for a vector of fields"
    )
    targets: list[str] = field(basic=True, factory=list, help="Targets of a sample, in the same form")
    meta: list[str] = field(factory=list, help="Fields of the meta, beside file and record")
    decode: list[str] = field(
        factory=list,
        help="Contents of bytes, as FIELD=KIND: image, gray, text, json, npy, bytes, or a dtype such as uint8",
    )
    shapes: list[str] = field(factory=list, help="Shapes of arrays, as KEY=28,28,1")
    random_access: bool = field(
        default=False, help="Read records by index, with a full shuffle; else shard after shard"
    )
    storage_options: list[str] = field(factory=list, help="Options of fsspec, as NAME=VALUE, such as anon=true")


@params
class IndexedFilesParams(RecordFilesParams):
    """Files whose records an index finds."""

    index_folder: str = field(
        default="", help="Folder of the indices for random_access, written where they are missing; empty: each file's"
    )
