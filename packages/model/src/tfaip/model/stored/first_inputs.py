"""The first inputs of a generator, on which two models are compared.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from tfaip.pipeline import DataBase, DataGeneratorParams, DataPipelineParams, PipelineMode

__all__ = ["first_inputs"]


def first_inputs(
    data: DataBase[Any],
    generator: DataGeneratorParams,
    samples: int,
    *,
    batches: int = 1,
    mode: PipelineMode = PipelineMode.PREDICTION,
) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches of inputs by name, each padded to its longest sample; none where there are no samples.

    Args:
        data: The data, with its pre-processing.
        generator: Where samples come from.
        samples: The most samples of all batches.
        batches: The most batches.
        mode: The purpose for which samples are read.
    """
    if samples <= 0:
        return
    setup = DataPipelineParams(batch_size=-(-samples // batches), num_processes=0)
    names = data.input_layer_specs()
    pipeline = data.create_pipeline(mode, setup, generator)
    with pipeline.generate_input_batches(repeat=False) as made:
        for batch in islice(made, batches):
            yield {name: np.asarray(batch.inputs[name]) for name in names}
