"""`ListFileGenerator`: one sample for each line of one or several lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data_generator import DataGenerator
from tfaip.pipeline.data_generator_params import DataGeneratorParams
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.mode import PipelineMode
from tfaip.pipeline.sample import Sample

from .line_lists import expand_globs, read_list, weighted_picks

__all__ = ["ListFileGenerator", "ListFileGeneratorParams"]


@params(name="ListFile")
class ListFileGeneratorParams(DataGeneratorParams):
    """Lists of samples: text files with one sample a line, usually the path of a file."""

    lists: list[str] = field(factory=list, help="The list files; wildcards are allowed")
    list_ratios: list[float] = field(
        factory=list,
        help="In training, how often each list is drawn from, relative to the others (empty: all equally)",
    )
    ignore_prefix: str = field(default="#", help="Lines that begin like this are left out")
    list_seed: int = field(default=0, mode="ignore", help="Of the picks in training")

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return ListFileGenerator


class ListFileGenerator(DataGenerator[ListFileGeneratorParams]):
    """In training, each pass draws from the lists by their ratios; otherwise all lines come in order.

    A sample holds the line as `inputs` and as `targets`; processors make arrays of it.
    """

    def __init__(self, mode: PipelineMode, params: ListFileGeneratorParams) -> None:
        super().__init__(mode, params)
        if not params.lists:
            raise DataError("lists must name at least one list file, got none: set --train.lists, or --data.lists")
        files = expand_globs(params.lists)
        self._lists = [read_list(path, ignore_prefix=params.ignore_prefix) for path in files]

    def __len__(self) -> int:
        """The number of lines of all lists, which is also that of the picks of a pass."""
        return sum(map(len, self._lists))

    def generate(self) -> Iterator[Sample]:
        """All lines in order."""
        return (self.sample(line) for lines in self._lists for line in lines)

    def generate_pass(self, epoch: int) -> Iterator[Sample]:
        """The samples of one pass."""
        if self.mode is not PipelineMode.TRAINING:
            yield from self.generate()
            return
        sizes = [len(lines) for lines in self._lists]
        for number, entry in weighted_picks(sizes, self.params.list_ratios, self.params.list_seed, epoch):
            yield self.sample(self._lists[number][entry])

    def sample(self, line: str) -> Sample:
        """Hook: the sample of a line."""
        return Sample(inputs=line, targets=line, meta={"line": line})
