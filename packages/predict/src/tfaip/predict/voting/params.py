"""Parameters of a prediction with several models."""

from __future__ import annotations

from tfaip.params import field, params
from tfaip.predict.params import PredictorParams
from tfaip.predict.voting.confidence import ConfidenceVoterParams
from tfaip.predict.voting.majority import MajorityVoterParams
from tfaip.predict.voting.mean import MeanVoterParams
from tfaip.predict.voting.voter import VoterParams
from tfaip.predict.voting.weighted_mean import WeightedMeanVoterParams

__all__ = ["READY_MADE_VOTERS", "MultiModelPredictorParams"]

READY_MADE_VOTERS = [MeanVoterParams, WeightedMeanVoterParams, MajorityVoterParams, ConfidenceVoterParams]


@params
class MultiModelPredictorParams(PredictorParams):
    """How samples are predicted by several models."""

    voter: VoterParams = field(
        factory=MeanVoterParams,
        mode="flat",
        choices=READY_MADE_VOTERS,
        help="Method that makes one output of all models' outputs",
    )
