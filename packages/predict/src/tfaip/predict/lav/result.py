"""The result of a validation for one data set.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.pipeline import DataGeneratorParams

__all__ = ["LAVResult", "numbers_of"]


@dataclass(frozen=True)
class LAVResult:
    """The figures of one data set.

    Attributes:
        name: `l0` for the first data set, `l1` for the second, ...
        data: Where its samples come from.
        samples: Samples that losses and metrics were computed on.
        skipped: Samples that are missing there: dropped as invalid, or bad ones where those are skipped.
        metrics: Losses and metrics of the model by name, `loss` being the weighted sum.
        evaluator: Figures of the evaluator.
        not_computed: Losses and metrics that need an output which only the graph of the training has, with the reason.
    """

    name: str
    data: DataGeneratorParams
    samples: int
    skipped: int
    metrics: Mapping[str, float]
    evaluator: Mapping[str, Any]
    not_computed: Mapping[str, str]

    def logs(self) -> dict[str, float]:
        """Return all figures that are single numbers; an evaluator's that has the name of a metric as `eval_NAME`."""
        return {**self.metrics, **numbers_of(self.evaluator, self.metrics)}


def numbers_of(figures: Mapping[str, Any], metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of an evaluator that are single numbers; one with the name of a metric becomes `eval_NAME`."""
    numbers = {}
    for name, value in figures.items():
        if not isinstance(value, int | float) and not hasattr(value, "__array__"):
            continue  # a ragged list is not even an array
        number = np.asarray(value)
        if number.size == 1 and number.dtype.kind in "biuf":
            numbers[f"eval_{name}" if name in metrics else name] = float(number.reshape(()))
    return numbers
