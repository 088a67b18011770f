"""Does the data hold what it promises?"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfaip.model import ScenarioBase
from tfaip.pipeline import Batch, DataGenerator, DataGeneratorParams, DataPipeline, DataPipelineParams, PipelineMode
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["BATCHES", "described", "first_batches", "serial_pipeline"]

# The second batch shows what the first one can't: state that was not reset, and other shapes.
BATCHES = 2


def serial_pipeline(
    scenario: ScenarioBase[Any, Any],
    mode: PipelineMode,
    setup: DataPipelineParams,
    generator: DataGeneratorParams,
    seed: int,
) -> DataPipeline:
    """Return a pipeline that runs in this process, where an error shows its place in the scenario's code."""
    serial = copy.copy(setup)
    serial.num_processes = 0
    return scenario.data.create_pipeline(mode, serial, generator, seed=seed)


def first_batches(pipeline: DataPipeline) -> list[Batch]:
    """Return the first batches of one pass.

    Raises:
        PreflightError: There is none, or one holds values that are not finite.
    """
    with pipeline.generate_input_batches(repeat=False) as batches:
        taken = list(itertools.islice(batches, BATCHES))
        skipped = batches.counters.skipped
    if not taken:
        dropped = f"all {skipped} samples were dropped by its processors" if skipped else "it has no samples"
        raise PreflightError(
            f"{type(pipeline.generator).__qualname__} gave no batch: {dropped}; a processor drops a sample by "
            "returning None, also where a `return` was forgotten"
        )
    for batch in taken:
        for what, arrays in (("inputs", batch.inputs), ("targets", batch.targets)):
            _require_finite(f"{what} of {_name_of(pipeline.generator)}", arrays)
    return taken


def described(arrays: Mapping[str, Any]) -> str:
    """Return name, type and shape of each array."""
    return ", ".join(
        f"{name} {getattr(array.dtype, 'name', array.dtype)} {tuple(array.shape)}" for name, array in arrays.items()
    )


def _name_of(generator: DataGenerator[Any]) -> str:
    # A part of the samples goes by the generator of all of them.
    return generator.params.cls().__qualname__ if isinstance(generator.params, DataGeneratorParams) else "the generator"


def _require_finite(what: str, arrays: Mapping[str, Any]) -> None:
    for name, array in arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise PreflightError(f"the {what} must be finite, but {name!r} holds nan or infinite values")
