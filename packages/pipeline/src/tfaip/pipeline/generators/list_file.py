"""`ListFileGenerator`: one sample for each entry of one or several lists, usually a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.line_lists import is_entry, read_list, weighted_picks, with_line
from tfaip.pipeline.generators.list_file_params import STANDARD_INPUT, ListFileGeneratorParams
from tfaip.pipeline.hooks import hook, returned
from tfaip.pipeline.text_files import ListedPaths, expand_globs, lines_of_stream

__all__ = ["ListFileGenerator"]


class ListFileGenerator(DataGenerator[ListFileGeneratorParams]):
    """In training, each pass draws from the lists by their ratios; otherwise all entries come in order.

    An entry is a line. A sample holds it as `inputs` and as `targets`; processors make arrays of it. The standard input
    is read line by line, while other samples are processed; it can be read once.

    Other entries override `entries` and `sample`: all sentences of the files that a list names, for instance. An entry
    may be the place of a sample in its file, which `sample` reads: the entries then need little memory.
    """

    def __init__(self, mode: PipelineMode, params: ListFileGeneratorParams) -> None:
        super().__init__(mode, params)
        if not params.lists:
            raise DataError("lists must name at least one list file, got none: set --train.lists, or --data.lists")
        self._reads_standard_input = STANDARD_INPUT in params.lists
        if self._reads_standard_input and (mode is PipelineMode.TRAINING or len(params.lists) > 1):
            raise DataError(
                f"the standard input ({STANDARD_INPUT}) can be the only list, and not that of a training, "
                f"got {params.lists} in {mode}"
            )
        files = [] if self._reads_standard_input else expand_globs(params.lists)
        self._lists = [self.entries(path) for path in files]
        self._paths = [ListedPaths(path) for path in files]

    def __len__(self) -> int:
        """The number of entries of all lists, which is also that of the picks of a pass."""
        if self._reads_standard_input:
            raise TypeError("the number of lines of the standard input is not known before its end")
        return sum(map(len, self._lists))

    def generate(self) -> Iterator[Sample]:
        """All entries in order."""
        if self._reads_standard_input:
            # Its bytes: the text layer ends lines at other signs, and decodes as the locale says.
            lines = lines_of_stream(getattr(sys.stdin, "buffer", sys.stdin), "standard input")
            return map(self.sample, self.entries_of_stream(lines))
        return (
            self._sample_of(entry, paths)
            for entries, paths in zip(self._lists, self._paths, strict=True)
            for entry in entries
        )

    def generate_pass(self, epoch: int) -> Iterator[Sample]:
        """The samples of one pass."""
        if self.mode is not PipelineMode.TRAINING:
            yield from self.generate()
            return
        sizes = [len(lines) for lines in self._lists]
        for number, entry in weighted_picks(sizes, self.params.list_ratios, self.params.list_seed, epoch):
            yield self._sample_of(self._lists[number][entry], self._paths[number])

    def keep_only(self, indices: Sequence[int]) -> bool:
        """Keep only some entries of all lists."""
        kept = set(indices)
        ends = list(accumulate(map(len, self._lists), initial=0))
        self._lists = [
            [entry for position, entry in enumerate(entries, begin) if position in kept]
            for begin, entries in zip(ends, self._lists, strict=False)
        ]
        return True

    @hook
    def entries(self, path: Path) -> Sequence[Any]:
        """Hook: the entries of a list, one a sample.

        Raises:
            DataError: The file can't be read.
        """
        return read_list(path, ignore_prefix=self.params.ignore_prefix)

    @hook
    def entries_of_stream(self, lines: Iterable[str]) -> Iterable[Any]:
        """Hook: the entries of a list that arrives line by line, without line ends: the standard input."""
        return (line for line in lines if is_entry(line, self.params.ignore_prefix))

    @hook
    def sample(self, entry: Any) -> Sample:
        """Hook: the sample of an entry; a line starts from the folder of its list where it names a file there."""
        return Sample(inputs=entry, targets=entry, meta={"line": entry})

    def _sample_of(self, entry: Any, paths: ListedPaths) -> Sample:
        if not isinstance(entry, str):
            return returned(self, "sample", self.sample(entry), Sample, "a Sample")
        return with_line(returned(self, "sample", self.sample(paths.find(entry)), Sample, "a Sample"), entry)
