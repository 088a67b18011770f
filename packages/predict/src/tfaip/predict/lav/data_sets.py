"""The data sets that one generator stands for."""

from __future__ import annotations

import copy
import logging
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.pipeline import DataGeneratorParams, PipelineMode, Sample
from tfaip.pipeline.generators import CSVGeneratorParams, ListFileGeneratorParams
from tfaip.predict.errors import PredictionError

__all__ = ["data_sets_of", "generator_with_targets"]

logger = logging.getLogger(__name__)


def data_sets_of(generator: DataGeneratorParams) -> list[DataGeneratorParams]:
    """Return a generator for each list or table of one that reads several; of any other, the generator itself."""
    if isinstance(generator, ListFileGeneratorParams) and len(generator.lists) > 1:
        sets = []
        for path in generator.lists:
            one = copy.copy(generator)
            one.lists, one.list_ratios = [path], []
            sets.append(one)
        return list(sets)
    if isinstance(generator, CSVGeneratorParams) and len(generator.files) > 1:
        tables = []
        for path in generator.files:
            table = copy.copy(generator)
            table.files = [path]
            tables.append(table)
        return list(tables)
    return [generator]


def generator_with_targets(
    scenario: type[ScenarioBase[Any, Any]], generator: DataGeneratorParams, *, chosen: bool
) -> DataGeneratorParams:
    """Return the generator, or that of the scenario's validation where this one is for prediction only.

    The first sample of the generator is looked at.

    Args:
        scenario: The predictor that takes its samples from `generator`.
        generator: Where the samples come from.
        chosen: Whether the user chose any of its parameters.

    Raises:
        PredictionError: Its samples have no targets, and the user chose it, or the validation has no other one.
    """
    validation = scenario.default_validation_generator_params()
    if type(validation) is type(generator) or _has_targets(generator):
        return generator
    if chosen:
        raise PredictionError(
            f"load and validate needs samples with targets, but those of {type(generator).__name__} have none: "
            f"leave its arguments out, and {type(validation).__name__} gives the samples, as in the validation"
        )
    logger.info("Validating on the samples of %s; those for prediction have no targets", type(validation).__name__)
    return validation


def _has_targets(generator: DataGeneratorParams) -> bool:
    made = generator.create(PipelineMode.EVALUATION)
    first = next(iter(made.generate()), None)
    sample = first[0] if isinstance(first, list) and first else first
    # Where there is nothing to look at, the validation itself says so.
    return not isinstance(sample, Sample) or bool(sample.targets)
