"""Prediction with several models, which vote."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "ConfidenceVoter": "tfaip.predict.voting.confidence",
    "ConfidenceVoterParams": "tfaip.predict.voting.confidence",
    "MajorityVoter": "tfaip.predict.voting.majority",
    "MajorityVoterParams": "tfaip.predict.voting.majority",
    "MeanVoter": "tfaip.predict.voting.mean",
    "MeanVoterParams": "tfaip.predict.voting.mean",
    "MultiModelPredictor": "tfaip.predict.voting.predictor",
    "MultiModelPredictorParams": "tfaip.predict.voting.params",
    "MultiModelVoter": "tfaip.predict.voting.voter",
    "VoterParams": "tfaip.predict.voting.voter",
    "WeightedMeanVoter": "tfaip.predict.voting.weighted_mean",
    "WeightedMeanVoterParams": "tfaip.predict.voting.weighted_mean",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value
