"""`DataGenerator`: where samples come from."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from tfaip.pipeline.data.mode import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.hooks import Hooked, hook
from tfaip.pipeline.user_code import call_user_code

if TYPE_CHECKING:
    from tfaip.pipeline.data.generator_params import DataGeneratorParams

__all__ = ["DataGenerator", "is_indexable", "length_of"]

P = TypeVar("P", bound="DataGeneratorParams")


class DataGenerator(Hooked, ABC, Generic[P]):
    """A source of samples, of which a subclass implements one of two sides.

    *Indexable*: `__len__` and `__getitem__`. Each worker makes a generator of its own and reads the samples that it was
    asked for, and shuffling is exact: the faster side, to be preferred wherever it is possible.

    *Stream*: `generate` (and `__len__` if the number of samples is known). The consumer's process reads the samples.

    Args:
        mode: What the pipeline is used for.
        params: The parameters that made this generator.
    """

    def __init__(self, mode: PipelineMode, params: P) -> None:
        self.mode = mode
        self.params = params

    def __len__(self) -> int:
        """The number of samples (or batches, see `yields_batches`) of one pass."""
        raise TypeError(f"{type(self).__name__} does not know its length")

    @hook
    def generate(self) -> Iterable[Sample] | Iterable[list[Sample]]:
        """One pass over the samples, in order, or over lists of samples, see `yields_batches`.

        An indexable generator needs no `generate` of its own.
        """
        if not is_indexable(self):
            raise NotImplementedError(f"{type(self).__name__} must implement generate(), or __len__ and __getitem__")
        return (self[index] for index in range(len(self)))  # type: ignore[index]  # subclasses that are indexable have it

    @hook
    def generate_pass(self, epoch: int) -> Iterable[Sample] | Iterable[list[Sample]]:
        """What `generate` gives, for streams that differ from pass to pass: all they draw must follow from `epoch`."""
        return self.generate()

    @hook
    def yields_batches(self) -> bool:
        """Whether each element is a list of samples that becomes one batch, whatever the `batch_size` is."""
        return False


def is_indexable(generator: DataGenerator[P]) -> bool:
    """Whether samples can be read by index, in any order."""
    return hasattr(type(generator), "__getitem__")


def length_of(generator: DataGenerator[P]) -> int | None:
    """The number of elements of one pass; None if the generator does not know."""
    try:
        return call_user_code(len, generator)
    except (TypeError, NotImplementedError):
        return None
