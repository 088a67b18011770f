"""Pairs of sentences from tables, or generated ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from examples.text.finetuningbert.generator_params import PairsParams
from examples.text.finetuningbert.sentences import generated_pair
from tfaip.pipeline import DataError, DataGenerator, PipelineMode, Sample
from tfaip.pipeline.text_files import expand_globs, read_table

QUALITY, FIRST, SECOND = "Quality", "#1 String", "#2 String"


class Pair(NamedTuple):
    """A row of a table; `equivalent` is `None` where it doesn't say."""

    place: str
    first: str
    second: str
    equivalent: bool | None


class PairsGenerator(DataGenerator[PairsParams]):
    """Yields both sentences as they are written; the sentences stand in `meta`, too, to be printed."""

    def __init__(self, mode: PipelineMode, params: PairsParams) -> None:
        super().__init__(mode, params)
        self.pairs = [pair for path in expand_globs(params.files) for pair in read_pairs(path, mode.needs_targets)]

    def __len__(self) -> int:
        return len(self.pairs) if self.params.files else self.params.count

    def __getitem__(self, index: int) -> Sample:
        if self.params.files:
            pair = self.pairs[index]
        else:
            pair = Pair(f"generated {index}", *generated_pair(self.params.part, index))
        sentences = {"first": pair.first, "second": pair.second}
        targets = None if pair.equivalent is None else {"gt": np.array([pair.equivalent], np.int64)}
        return Sample(inputs=sentences, targets=targets, meta={"place": pair.place, **sentences})


def read_pairs(path: Path, needs_quality: bool) -> Iterator[Pair]:
    """Yield the pairs of a table, whose first row names the columns; quotation marks are nothing special.

    Args:
        path: UTF-8, with or without a byte-order mark.
        needs_quality: Whether each row must say if its sentences are equivalent.

    Raises:
        DataError: The file can't be read, or a column or a value is not what it must be.
    """
    wanted = [FIRST, SECOND, *([QUALITY] if needs_quality else [])]
    for line, row in read_table(path, wanted, delimiter="\t", quoting="none").rows:
        quality = row.get(QUALITY)
        if quality not in ("0", "1") and (needs_quality or quality):
            raise DataError(f"{path}:{line}: {QUALITY} must be 1 (equivalent) or 0 (not), got {quality!r}")
        yield Pair(f"{path}:{line}", row[FIRST], row[SECOND], quality == "1" if quality else None)
