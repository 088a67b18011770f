"""Which processors share a process: from the parameters of a pipeline to the segments of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tfaip.pipeline.data.data_base_params import DataProcessorPipelineParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import (
    DataProcessor,
    DataProcessorParams,
    GeneratingDataProcessor,
    MappingDataProcessor,
)
from tfaip.pipeline.engine.program import Segment
from tfaip.pipeline.errors import DefinitionError

__all__ = ["WorkerSettings", "needs_stream", "plan_segments", "processor_class"]


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


def plan_segments(
    pipeline: DataProcessorPipelineParams, mode: PipelineMode, *, parallel: bool, read_by_index: bool
) -> list[Segment]:
    """The segments of a pipeline, of which the first and the last one are no streams.

    Args:
        pipeline: The stages.
        mode: Processors that are not meant for it are left out.
        parallel: Whether there are workers.
        read_by_index: Whether the first segment also reads the samples, which is worth a worker in any case.
    """
    segments: list[Segment] = []
    for stage in pipeline.stages():
        in_workers = parallel and stage.run_parallel
        for params in stage.processors:
            stream = needs_stream(params)
            if mode not in params.modes:
                continue
            last = segments[-1] if segments else None
            if stream:
                segments.append(Segment([params], in_workers=False, is_stream=True))
            elif last is None or last.is_stream or last.in_workers != in_workers:
                segments.append(Segment([params], in_workers))
            else:
                segments[-1] = Segment([*last.processors, params], in_workers)
    if not segments or segments[0].is_stream:
        segments.insert(0, Segment([], in_workers=parallel and read_by_index))
    if segments[-1].is_stream:
        segments.append(Segment([], in_workers=False))
    return segments


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are used; see `DataPipelineParams`.

    Attributes:
        processes: The number of workers; 0 for none.
        prefetch: The most portions in the making; None chooses.
        max_tasks: After how many portions a worker is replaced; 0 for never.
        restart: Whether a worker that died is replaced.
        sample_timeout: Seconds for one sample; 0 for any time.
    """

    processes: int = 0
    prefetch: int | None = None
    max_tasks: int = 0
    restart: bool = False
    sample_timeout: float = 0.0
