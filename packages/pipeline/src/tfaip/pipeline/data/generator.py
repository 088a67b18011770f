"""`DataGenerator`: where samples come from, and its parameters.

Internal API between the packages.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from tfaip.params import Creates, UserError, params
from tfaip.params.defining.made_by import may_be_bound
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.hooks import Hooked, call_user_code, hook, make

__all__ = [
    "DataGenerator",
    "DataGeneratorParams",
    "TGeneratorParams",
    "is_indexable",
    "is_sharded",
    "length_of",
]


@params(
    former_tags=["tfaip.pipeline.data_generator_params:DataGeneratorParams"],
    group="tfaip.generators",
)
class DataGeneratorParams(Creates["DataGenerator[Any]"]):
    """The base class of generators' parameters."""

    _made_as = "DataGenerator"

    @may_be_bound
    def cls(self) -> type[DataGenerator[Any]]:
        """Return the class of the generator; can be left out where it stands in the same module."""
        raise NotImplementedError

    def create(self, mode: PipelineMode) -> DataGenerator[Any]:
        """Make the generator."""
        return make(self.cls(), mode, self)

    def require_files(self, mode: PipelineMode) -> None:
        """Hook: refuse files that are named and missing; commands call it before they load TensorFlow.

        The base makes the generator and drops it. Override it where that takes long.

        Raises:
            DataError: A file is missing, or can't be read.
        """
        try:
            self.create(mode)
        except UserError:
            raise
        except OSError as error:
            if error.filename is None:
                return
            name = type(self).__name__.removesuffix("Params")
            raise DataError(f"{name} needs {error.filename}: {error.strerror or type(error).__name__}") from error
        except Exception:  # comes again, with its place, when the samples are read
            return


TGeneratorParams = TypeVar("TGeneratorParams", bound="DataGeneratorParams")
"""The parameters of a `DataGenerator`."""


class DataGenerator(Hooked, ABC, Generic[TGeneratorParams]):
    """A source of samples, of which a subclass implements one of three sides.

    *Indexable*: `__len__` and `__getitem__`. Each worker makes a generator of its own and reads the samples that it was
    asked for, and shuffling is exact: the faster side, to be preferred wherever it is possible.

    *Sharded*: `shards` and `generate_shard` (and `__len__` if the number of samples is known). Training permutes the
    shards, and the workers read several at once; machines share the shards. What keeps the order (validation,
    prediction, a `limit`) is read in the consumer's process, shard after shard.

    *Stream*: `generate` (and `__len__` if the number of samples is known). The consumer's process reads the samples.

    `thread_safe = True` declares that several objects of the class may work at once, each in a thread of its own; see
    `DataPipelineParams.workers`. A subclass that defines methods declares it again.

    Args:
        mode: The use of the pipeline.
        params: The parameters that made this generator.
    """

    _made_by = DataGeneratorParams

    thread_safe: ClassVar[bool] = False

    def __init__(self, mode: PipelineMode, params: TGeneratorParams) -> None:
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
            if is_sharded(self):
                records = (record for shard in self.shards() for record in self.generate_shard(shard))
                return (sample for record in records if (sample := self.sample_of_record(record)) is not None)
            raise NotImplementedError(
                f"{type(self).__name__} must implement generate(), or shards() and generate_shard(), "
                "or __len__ and __getitem__"
            )
        return (self[index] for index in range(len(self)))  # type: ignore[index]  # subclasses that are indexable have it

    @hook
    def shards(self) -> Sequence[Any]:
        """The parts of the data that are read apart, such as paths or callables; the same ones in each process."""
        raise NotImplementedError(f"{type(self).__name__} must implement shards()")

    @hook
    def generate_shard(self, shard: Any) -> Iterable[Any]:
        """The records of one shard, in the same order each time: samples, or values for `sample_of_record`.

        Args:
            shard: One of `shards()`.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement generate_shard()")

    @hook
    def sample_of_record(self, record: Any) -> Sample | None:
        """The sample of a record, made when it is its turn; None drops it. By default, records are samples.

        Shuffle buffers hold records, and a resumed run makes no sample of a record that it passes over. An error here
        concerns one sample, an error in `generate_shard` the rest of the shard.
        """
        return record

    @hook
    def generate_pass(self, epoch: int) -> Iterable[Sample] | Iterable[list[Sample]]:
        """The elements of one pass, for streams that differ in each pass: all they draw must follow from `epoch`."""
        return self.generate()

    @hook
    def keep_only(self, indices: Sequence[int]) -> bool:
        """Keep only the samples at some positions of `generate`, ascending; return whether that can be done.

        A split into training and validation calls it. Indexable generators need no `keep_only` of their own.
        """
        del indices
        return False

    @hook
    def yields_batches(self) -> bool:
        """Whether each element is a list of samples that becomes one batch, for any `batch_size`."""
        return False


def is_sharded(generator: DataGenerator[TGeneratorParams]) -> bool:
    """Whether samples are read shard by shard; an indexable generator is read by index."""
    return type(generator).shards is not DataGenerator.shards and not is_indexable(generator)


def is_indexable(generator: DataGenerator[TGeneratorParams]) -> bool:
    """Whether samples can be read by index, in any order."""
    return hasattr(type(generator), "__getitem__")


def length_of(generator: DataGenerator[TGeneratorParams]) -> int | None:
    """The number of elements of one pass; None if the generator does not know."""
    try:
        return call_user_code(len, generator)
    except (TypeError, NotImplementedError):
        return None
