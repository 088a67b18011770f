"""Adapts processors to the training samples."""

from __future__ import annotations

import copy
import itertools
import logging
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.pipeline.data.adapted_processor import AdaptedProcessor, AdaptedProcessorParams
from tfaip.pipeline.data.data_base import DataBase
from tfaip.pipeline.data.data_base_params import DataBaseParams, SequentialProcessorPipelineParams
from tfaip.pipeline.data.generator import DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import DataPipelineParams, PipelineMode
from tfaip.pipeline.data.processor import DataProcessorParams
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.hooks import call_user_code

__all__ = ["adapt_processors"]

logger = logging.getLogger(__name__)


def adapt_processors(
    data: DataBase[Any],
    samples: DataGeneratorParams,
    folder: Path,
    *,
    setup: DataPipelineParams | None = None,
    limit: int | None = None,
) -> list[Path]:
    """Adapt the processors before the model that have no statistics yet, in their order; return the written files.

    Their parameters, in `data.params`, name these files from then on.

    Args:
        data: The data.
        samples: Generator of the training samples; it is read in the mode EVALUATION.
        folder: Folder of the files, made where it is missing.
        setup: Number of processes; default: this process.
        limit: Most samples to look at; `None` for all.

    Raises:
        DataError: There are no samples.
    """
    written = []
    former: list[DataProcessorParams] = []
    for number, processor in enumerate(data.params.pre_proc.flatten()):
        if isinstance(processor, AdaptedProcessorParams) and not processor.statistics:
            path = folder / f"{number}_{_name_of(processor)}.npz"
            _adapt(processor, path, _data_before(data.params, former), samples, setup, limit)
            processor.statistics = str(path.absolute())
            written.append(path)
        former.append(processor)
    return written


def _name_of(processor: AdaptedProcessorParams) -> str:
    return type(processor).__name__.removesuffix("Params")


def _data_before(params: DataBaseParams, processors: list[DataProcessorParams]) -> DataBase[Any]:
    """Return the data with the first processors only."""
    part = copy.copy(params)
    part.pre_proc = SequentialProcessorPipelineParams(processors=list(processors))
    part.post_proc = SequentialProcessorPipelineParams()
    return part.create()


def _adapt(
    params: AdaptedProcessorParams,
    path: Path,
    data: DataBase[Any],
    samples: DataGeneratorParams,
    setup: DataPipelineParams | None,
    limit: int | None,
) -> None:
    processor = params.create(data.params, PipelineMode.EVALUATION)
    assert isinstance(processor, AdaptedProcessor)
    serial = DataPipelineParams(num_processes=setup.num_processes if setup else 0)
    pipeline = data.create_pipeline(PipelineMode.EVALUATION, serial, samples)
    logger.info("Adapting %s to the training samples", _name_of(params))
    with pipeline.generate_input_samples() as made:
        seen = itertools.islice(made, limit)
        first = next(seen, None)
        if first is None:
            raise DataError(f"{_name_of(params)} needs training samples to adapt to, but there are none")
        statistics = call_user_code(processor.adapt, itertools.chain([first], seen))
    path.parent.mkdir(parents=True, exist_ok=True)
    named: Any = dict(statistics)  # typed as if there were no names
    np.savez(path, **named)
