"""`BudgetedListsGenerator`: batches of lines whose lengths are known, each batch as large as a budget allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample, pass_generator
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators.line_lists import read_lengths, read_list, weighted_picks, with_line
from tfaip.pipeline.generators.list_file_params import ListFileGeneratorParams
from tfaip.pipeline.hooks import hook, returned
from tfaip.pipeline.text_files import ListedPaths, expand_globs

__all__ = ["BudgetedListsGenerator", "BudgetedListsGeneratorParams", "batches_by_budget"]


@params(name="BudgetedLists")
class BudgetedListsGeneratorParams(ListFileGeneratorParams):
    """Lists of samples, each with a file that tells their lengths."""

    length_files: list[str] = field(
        basic=True,
        factory=list,
        help="For each list, a file whose lines begin with the lengths of the samples, in the same order",
    )
    bins_per_batch: int = field(
        basic=True, default=10_000, help="The size of a batch after padding, in the unit of the lengths"
    )
    min_batch_size: int = field(
        default=1, help="The smallest number of samples of a batch, even if it exceeds the budget"
    )

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return BudgetedListsGenerator


class BudgetedListsGenerator(DataGenerator[BudgetedListsGeneratorParams]):
    """Sorts the samples of a pass by length and cuts them into batches; in training, batches come in random order."""

    def __init__(self, mode: PipelineMode, params: BudgetedListsGeneratorParams) -> None:
        super().__init__(mode, params)
        prefix = params.ignore_prefix
        files = expand_globs(params.lists)
        self._lists = [read_list(path, ignore_prefix=prefix) for path in files]
        self._paths = [ListedPaths(path) for path in files]
        self._lengths = [read_lengths(path, ignore_prefix=prefix) for path in expand_globs(params.length_files)]
        sizes, known = list(map(len, self._lists)), list(map(len, self._lengths))
        if sizes != known:
            raise DataError(f"length_files must tell one length for each sample: lists {sizes}, lengths {known}")

    def yields_batches(self) -> bool:
        """Always."""
        return True

    def __len__(self) -> int:
        """The number of batches, which is known only where each pass has the same samples."""
        if self.mode is PipelineMode.TRAINING:
            raise TypeError("the number of batches depends on the samples that are drawn")
        return len(self._batches(self._in_order()))

    def generate(self) -> Iterator[list[Sample]]:
        """All lines."""
        return map(self._made, self._batches(self._in_order()))

    def generate_pass(self, epoch: int) -> Iterator[list[Sample]]:
        """The batches of one pass."""
        params = self.params
        if self.mode is not PipelineMode.TRAINING:
            yield from self.generate()
            return
        sizes = [len(lines) for lines in self._lists]
        batches = self._batches(weighted_picks(sizes, params.list_ratios, params.list_seed, epoch))
        for number in pass_generator(params.list_seed, epoch).permutation(len(batches)):
            yield self._made(batches[number])

    @hook
    def sample(self, line: str, length: int) -> Sample:
        """Hook: the sample of a line, which starts from the folder of its list where it names a file there."""
        return Sample(inputs=line, targets=line, meta={"line": line, "length": length})

    def _in_order(self) -> list[tuple[int, int]]:
        return [(number, entry) for number, lines in enumerate(self._lists) for entry in range(len(lines))]

    def _batches(self, picks: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
        lengths = [self._lengths[number][entry] for number, entry in picks]
        plan = batches_by_budget(lengths, self.params.bins_per_batch, min_batch_size=self.params.min_batch_size)
        return [[picks[index] for index in batch] for batch in plan]

    def _made(self, batch: list[tuple[int, int]]) -> list[Sample]:
        return [self._sample_of(number, entry) for number, entry in batch]

    def _sample_of(self, number: int, entry: int) -> Sample:
        line = self._lists[number][entry]
        sample = self.sample(self._paths[number].find(line), self._lengths[number][entry])
        return with_line(returned(self, "sample", sample, Sample, "a Sample"), line)


def batches_by_budget(lengths: Sequence[int], budget: int, *, min_batch_size: int = 1) -> list[list[int]]:
    """Group samples of similar length such that no batch holds more than the budget once it is padded.

    Samples are taken from the longest to the shortest. A batch is closed before the number of samples times the length
    of the longest one exceeds the budget. The next batch begins with the sample that did not fit.

    Args:
        lengths: The length of each sample, >= 0.
        budget: The size of a batch, >= 1, in the unit of the lengths. Only a batch of `min_batch_size` may exceed it.
        min_batch_size: The least number of samples of a batch, but for the last one.

    Returns:
        The indices of each batch, within a batch by descending length, longest batch first. Each index occurs once.

    Raises:
        DefinitionError: An argument is out of range.
    """
    for name, value in (("budget", budget), ("min_batch_size", min_batch_size)):
        if value < 1:
            raise DefinitionError(f"{name} must be >= 1, got {value}")
    if any(length < 0 for length in lengths):
        raise DefinitionError(f"lengths must be >= 0, got {min(lengths)}")
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda candidate: -lengths[candidate]):
        batch = batches[-1] if batches else None
        if batch is None or (len(batch) >= min_batch_size and (len(batch) + 1) * lengths[batch[0]] > budget):
            batches.append([index])
        else:
            batch.append(index)
    return batches
