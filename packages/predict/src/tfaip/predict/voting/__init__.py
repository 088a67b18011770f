"""Prediction with several models, which vote."""

from tfaip.predict.voting.confidence import ConfidenceVoter, ConfidenceVoterParams
from tfaip.predict.voting.majority import MajorityVoter, MajorityVoterParams
from tfaip.predict.voting.mean import MeanVoter, MeanVoterParams
from tfaip.predict.voting.params import MultiModelPredictorParams
from tfaip.predict.voting.predictor import MultiModelPredictor
from tfaip.predict.voting.voter import MultiModelVoter, VoterParams
from tfaip.predict.voting.weighted_mean import WeightedMeanVoter, WeightedMeanVoterParams

__all__ = [
    "ConfidenceVoter",
    "ConfidenceVoterParams",
    "MajorityVoter",
    "MajorityVoterParams",
    "MeanVoter",
    "MeanVoterParams",
    "MultiModelPredictor",
    "MultiModelPredictorParams",
    "MultiModelVoter",
    "VoterParams",
    "WeightedMeanVoter",
    "WeightedMeanVoterParams",
]
