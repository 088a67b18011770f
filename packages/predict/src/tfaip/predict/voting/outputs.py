"""The outputs that voters vote on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.errors import PredictionError

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["probabilities_of", "values_of"]


def values_of(outputs: Sequence[Mapping[str, Any]], name: str, argument: str) -> list[Any]:
    """Return the output `name` of each model.

    Args:
        outputs: Of each model.
        name: Which one.
        argument: The voter's parameter that names it, for the message.

    Raises:
        PredictionError: A model has no such output.
    """
    for number, of_model in enumerate(outputs):
        if name not in of_model:
            raise PredictionError(
                f"{argument} must name an output of all models, got {name!r}; model {number} has {', '.join(of_model)}"
            )
    return [of_model[name] for of_model in outputs]


def probabilities_of(outputs: Sequence[Mapping[str, Any]], name: str, argument: str) -> np.ndarray:
    """Return the probabilities of each model: float64 of shape (models, ..., classes).

    Raises:
        PredictionError: A model has no such output, or their shapes differ.
    """
    arrays = [np.asarray(value, np.float64) for value in values_of(outputs, name, argument)]
    shapes = [array.shape for array in arrays]
    if len(set(shapes)) > 1 or not shapes[0]:
        raise PredictionError(
            f"{argument} must name an output of one shape (..., classes) in all models, got {name!r} of the shapes "
            f"{', '.join(map(str, shapes))}"
        )
    return np.stack(arrays)
