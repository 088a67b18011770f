"""Voting by the weighted mean of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.errors import PredictionError
from tfaip.predict.voting.mean import MeanVoter, MeanVoterParams

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["WeightedMeanVoter", "WeightedMeanVoterParams"]


@params(name="WeightedMean")
class WeightedMeanVoterParams(MeanVoterParams):
    """The weighted mean of the models' probabilities, and its most probable class."""

    weights: list[float] = field(factory=list, help="Weight of each model, in their order; they need not sum to 1")

    def cls(self) -> type[WeightedMeanVoter]:
        """Return the voter's class."""
        return WeightedMeanVoter


class WeightedMeanVoter(MeanVoter):
    """Averages the probabilities of the models by their weights.

    Args:
        params: The voted outputs, and the weights.
        models: The number of models.

    Raises:
        PredictionError: There is not one weight >= 0 for each model, or all are 0.
    """

    def __init__(self, params: WeightedMeanVoterParams, models: int) -> None:
        super().__init__(params, models)
        weights = np.array(params.weights, np.float64)
        if len(weights) != models or not (weights >= 0).all() or not weights.any():
            raise PredictionError(
                f"voter.weights must be >= 0, one for each of the {models} models and not all 0, got {params.weights}"
            )
        self._weights = weights / weights.sum()
