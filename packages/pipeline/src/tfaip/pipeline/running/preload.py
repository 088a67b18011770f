"""Preloading: work that gives the same in each pass is done once, and its result kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tfaip.pipeline.data.data_base_params import (
    ComposedProcessorPipelineParams,
    DataBaseParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import DataProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.engine import Engine
from tfaip.pipeline.engine.stream.portion import Samples
from tfaip.pipeline.engine.stream.source import Element
from tfaip.pipeline.hooks import call_user_code, returned
from tfaip.pipeline.user_code import SampleError

__all__ = ["elements_of", "split_for_preload"]

logger = logging.getLogger(__name__)


def split_for_preload(
    pipeline: DataProcessorPipelineParams, data_params: DataBaseParams, mode: PipelineMode
) -> tuple[ComposedProcessorPipelineParams, ComposedProcessorPipelineParams]:
    """The processors up to the first one that does not support preloading, and the others."""
    done: list[SequentialProcessorPipelineParams] = []
    left: list[SequentialProcessorPipelineParams] = []
    for stage in pipeline.stages():
        count = 0
        if not left:
            for params in stage.processors:
                if mode in params.modes and not _supports_preload(call_user_code(params.create, data_params, mode)):
                    break
                count += 1
        for part, into in ((stage.processors[:count], done), (stage.processors[count:], left)):
            if part:
                into.append(SequentialProcessorPipelineParams(run_parallel=stage.run_parallel, processors=part))
    return ComposedProcessorPipelineParams(pipelines=done), ComposedProcessorPipelineParams(pipelines=left)


def _supports_preload(processor: DataProcessor[Any]) -> bool:
    answer = call_user_code(processor.supports_preload)
    return returned(processor, "supports_preload", answer, (bool, np.bool_), "True or False")


def elements_of(engine: Engine, *, grouped: bool) -> list[Element]:
    """All that an engine gives: samples, or lists of those that come from one element of the generator.

    Raises:
        Exception: The error of a sample.
    """
    elements: list[Element] = []
    error: Exception
    try:
        for item in engine.flow:
            if isinstance(item, Samples):
                if not grouped:
                    elements.extend(item.samples)
                elif item.samples:
                    elements.append(item.samples)
    except SampleError as failure:
        error = failure.original()
    else:
        _warn_of_randomness(elements)
        return elements
    # Outside of the except clause, so that the traceback is that of the processor and not one of the engine.
    raise error


def _warn_of_randomness(elements: Sequence[Element]) -> None:
    samples: Iterable[Sample] = (
        sample for element in elements for sample in ([element] if isinstance(element, Sample) else element)
    )
    drawn: Any = next((sample for sample in samples if sample.identity and sample.identity.is_drawn_from), None)
    if drawn is not None:
        logger.warning(
            "A processor that was preloaded has drawn random numbers (for %s), which are now the same in all passes: "
            "let its supports_preload() return False",
            drawn.identity,
        )
