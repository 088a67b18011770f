"""The base classes of processors, written in pure Python, and of their parameters.

Internal API between the packages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tfaip.params import Creates, field, params
from tfaip.params.defining.made_by import may_be_bound
from tfaip.pipeline.data.pipeline_params import GENERAL, PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.hooks import Hooked, hook, make

if TYPE_CHECKING:
    from tfaip.pipeline.data.data_base_params import DataBaseParams

__all__ = [
    "DataProcessor",
    "DataProcessorParams",
    "GeneratingDataProcessor",
    "MappingDataProcessor",
    "TProcessorParams",
    "needs_stream",
    "processor_class",
]


@params(
    former_tags=["tfaip.pipeline.data_processor_params:DataProcessorParams"],
    group="tfaip.processors",
)
class DataProcessorParams(Creates["DataProcessor[Any]"]):
    """The base class of processors' parameters."""

    _made_as = "MappingDataProcessor"

    modes: set[PipelineMode] = field(
        factory=lambda: set(GENERAL), help="The modes of a pipeline in which the processor is used"
    )

    @may_be_bound
    def cls(self) -> type[DataProcessor[Any]]:
        """Return the class of the processor; can be left out where it stands in the same module."""
        raise NotImplementedError

    def create(self, data_params: DataBaseParams, mode: PipelineMode) -> DataProcessor[Any]:
        """Make the processor."""
        return make(self.cls(), self, data_params, mode)


TProcessorParams = TypeVar("TProcessorParams", bound="DataProcessorParams")
"""The parameters of a `DataProcessor`."""


class DataProcessor(Hooked, ABC, Generic[TProcessorParams]):
    """Base of mapping and generating processors. Processors are built where they run: in each worker.

    `thread_safe = True` declares that several objects of the class may work at once, each in a thread of its own: they
    share no state, or lock it. Threads pay where the work releases the interpreter lock, as NumPy does for large
    arrays; see `DataPipelineParams.workers`. A subclass that defines methods declares it again.

    Args:
        params: The parameters that made this processor.
        data_params: The parameters of the data, which several processors may share.
        mode: The use of the pipeline.
    """

    _made_by = DataProcessorParams

    thread_safe: ClassVar[bool] = False

    def __init__(self, params: TProcessorParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        self.params = params
        self.data_params = data_params
        self.mode = mode

    @hook
    def supports_preload(self) -> bool:
        """Whether the result may be computed once and kept for all passes: False for whatever is random."""
        return True

    @hook
    def is_valid_sample(self, sample: Sample) -> bool:
        """Whether a result goes on; an invalid one is dropped and counted."""
        return sample.is_valid(self.mode)


class MappingDataProcessor(DataProcessor[TProcessorParams]):
    """A processor that makes one sample of one sample."""

    def __call__(self, sample: Sample) -> Sample | None:
        """The sample as a pipeline gets it, None if it is dropped; the given one stays as it is."""
        made = self.apply(sample.copy())
        return made if made is not None and self.is_valid_sample(made) else None

    @abstractmethod
    @hook
    def apply(self, sample: Sample) -> Sample | None:
        """The processed sample; None (or `sample.new_invalid()`) drops it.

        The sample and its dicts belong to this call and may be changed; its arrays may be shared and may not.
        Random numbers come from `sample.rng`.
        """

    @hook
    def preload(self, sample: Sample) -> Sample | None:
        """The processed sample, as of `apply`, when the result is kept in memory for all passes."""
        return self.apply(sample)


class GeneratingDataProcessor(DataProcessor[TProcessorParams]):
    """A processor that makes any number of samples of a stream of samples.

    Where `one_to_n` is set, each sample is processed on its own (`generate` is called with one sample), so that it runs
    in parallel like a mapping processor. Otherwise it sees the whole stream of a pass, and runs once, in the consumer's
    process.
    """

    one_to_n: ClassVar[bool] = False

    def __call__(self, sample: Sample) -> list[Sample]:
        """The samples that a pipeline makes of a stream of this one; it stays as it is."""
        return [made for made in self.generate([sample.copy()]) if made is not None and self.is_valid_sample(made)]

    @hook
    def supports_preload(self) -> bool:
        """Only where each sample is processed on its own; a stream may look different in each pass."""
        return self.one_to_n

    @abstractmethod
    @hook
    def generate(self, samples: Iterable[Sample]) -> Iterable[Sample]:
        """The processed samples."""

    @hook
    def preload(self, samples: Iterable[Sample]) -> Iterable[Any]:
        """The processed samples, as of `generate`, when they are kept in memory for all passes."""
        return self.generate(samples)


def processor_class(params: DataProcessorParams) -> type[DataProcessor[Any]]:
    """The class of a processor.

    Raises:
        DefinitionError: It is neither a mapping nor a generating processor.
    """
    if not isinstance(params, DataProcessorParams):
        raise DefinitionError(f"processors must hold DataProcessorParams, got {params!r}")
    cls = params.cls()
    if not (isinstance(cls, type) and issubclass(cls, MappingDataProcessor | GeneratingDataProcessor)):
        raise DefinitionError(
            f"{type(params).__name__}.cls() must return a subclass of MappingDataProcessor or GeneratingDataProcessor, "
            f"got {cls!r}"
        )
    return cls


def needs_stream(params: DataProcessorParams) -> bool:
    """Whether a processor has to see all samples of a pass, so that it runs once."""
    cls = processor_class(params)
    return issubclass(cls, GeneratingDataProcessor) and not cls.one_to_n
