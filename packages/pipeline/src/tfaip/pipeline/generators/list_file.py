"""`ListFileGenerator`: one sample for each line of one or several lists."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.generators.line_lists import is_entry, read_list, weighted_picks, with_line
from tfaip.pipeline.generators.list_file_params import STANDARD_INPUT, ListFileGeneratorParams
from tfaip.pipeline.hooks import hook
from tfaip.pipeline.text_files import ListedPaths, expand_globs, lines_of_stream

__all__ = ["ListFileGenerator"]


class ListFileGenerator(DataGenerator[ListFileGeneratorParams]):
    """In training, each pass draws from the lists by their ratios; otherwise all lines come in order.

    A sample holds the line as `inputs` and as `targets`; processors make arrays of it. The standard input is read line
    by line, while other samples are processed; it can be read once.
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
        self._lists = [read_list(path, ignore_prefix=params.ignore_prefix) for path in files]
        self._paths = [ListedPaths(path) for path in files]

    def __len__(self) -> int:
        """The number of lines of all lists, which is also that of the picks of a pass."""
        if self._reads_standard_input:
            raise TypeError("the number of lines of the standard input is not known before its end")
        return sum(map(len, self._lists))

    def generate(self) -> Iterator[Sample]:
        """All lines in order."""
        if self._reads_standard_input:
            # Its bytes: the text layer ends lines at other signs, and decodes as the locale says.
            lines = lines_of_stream(getattr(sys.stdin, "buffer", sys.stdin), "standard input")
            return (self.sample(line) for line in lines if is_entry(line, self.params.ignore_prefix))
        return (
            self._sample_of(line, paths)
            for lines, paths in zip(self._lists, self._paths, strict=True)
            for line in lines
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
        """Keep only some lines of all lists."""
        kept = set(indices)
        ends = list(accumulate(map(len, self._lists), initial=0))
        self._lists = [
            [line for position, line in enumerate(lines, begin) if position in kept]
            for begin, lines in zip(ends, self._lists, strict=False)
        ]
        return True

    @hook
    def sample(self, line: str) -> Sample:
        """Hook: the sample of a line, which starts from the folder of its list where it names a file there."""
        return Sample(inputs=line, targets=line, meta={"line": line})

    def _sample_of(self, line: str, paths: ListedPaths) -> Sample:
        return with_line(self.sample(paths.find(line)), line)
