"""Prediction with bundles. Parameters load at once, what computes when it is first asked for."""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.model import Evaluator, EvaluatorParams
    from tfaip.predict.computing.prediction_function import PredictionFunction, graph_prediction_function
    from tfaip.predict.counters import PredictionCounters
    from tfaip.predict.dump import DumpReader, DumpWriter
    from tfaip.predict.errors import PredictionError
    from tfaip.predict.lav.callback import LAVCallback
    from tfaip.predict.lav.lav import LAV
    from tfaip.predict.lav.multi_lav import MultiLAV
    from tfaip.predict.lav.params import LAVParams, MultiLAVParams
    from tfaip.predict.lav.result import LAVResult
    from tfaip.predict.params import PredictorParams
    from tfaip.predict.predictor import Predictor
    from tfaip.predict.voting.confidence import ConfidenceVoter, ConfidenceVoterParams
    from tfaip.predict.voting.majority import MajorityVoter, MajorityVoterParams
    from tfaip.predict.voting.mean import MeanVoter, MeanVoterParams
    from tfaip.predict.voting.params import MultiModelPredictorParams
    from tfaip.predict.voting.predictor import MultiModelPredictor
    from tfaip.predict.voting.voter import MultiModelVoter, VoterParams
    from tfaip.predict.voting.weighted_mean import WeightedMeanVoter, WeightedMeanVoterParams

__all__ = [
    "LAV",
    "ConfidenceVoter",
    "ConfidenceVoterParams",
    "DumpReader",
    "DumpWriter",
    "Evaluator",
    "EvaluatorParams",
    "LAVCallback",
    "LAVParams",
    "LAVResult",
    "MajorityVoter",
    "MajorityVoterParams",
    "MeanVoter",
    "MeanVoterParams",
    "MultiLAV",
    "MultiLAVParams",
    "MultiModelPredictor",
    "MultiModelPredictorParams",
    "MultiModelVoter",
    "PredictionCounters",
    "PredictionError",
    "PredictionFunction",
    "Predictor",
    "PredictorParams",
    "VoterParams",
    "WeightedMeanVoter",
    "WeightedMeanVoterParams",
    "graph_prediction_function",
]

_MODULES = {
    "LAV": "tfaip.predict.lav.lav",
    "ConfidenceVoter": "tfaip.predict.voting.confidence",
    "ConfidenceVoterParams": "tfaip.predict.voting.confidence",
    "DumpReader": "tfaip.predict.dump",
    "DumpWriter": "tfaip.predict.dump",
    "Evaluator": "tfaip.model",
    "EvaluatorParams": "tfaip.model",
    "LAVCallback": "tfaip.predict.lav.callback",
    "LAVParams": "tfaip.predict.lav.params",
    "LAVResult": "tfaip.predict.lav.result",
    "MajorityVoter": "tfaip.predict.voting.majority",
    "MajorityVoterParams": "tfaip.predict.voting.majority",
    "MeanVoter": "tfaip.predict.voting.mean",
    "MeanVoterParams": "tfaip.predict.voting.mean",
    "MultiLAV": "tfaip.predict.lav.multi_lav",
    "MultiLAVParams": "tfaip.predict.lav.params",
    "MultiModelPredictor": "tfaip.predict.voting.predictor",
    "MultiModelPredictorParams": "tfaip.predict.voting.params",
    "MultiModelVoter": "tfaip.predict.voting.voter",
    "PredictionCounters": "tfaip.predict.counters",
    "PredictionError": "tfaip.predict.errors",
    "PredictionFunction": "tfaip.predict.computing.prediction_function",
    "Predictor": "tfaip.predict.predictor",
    "PredictorParams": "tfaip.predict.params",
    "VoterParams": "tfaip.predict.voting.voter",
    "WeightedMeanVoter": "tfaip.predict.voting.weighted_mean",
    "WeightedMeanVoterParams": "tfaip.predict.voting.weighted_mean",
    "graph_prediction_function": "tfaip.predict.computing.prediction_function",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("tfaip.model")  # before TensorFlow, for which it chooses how to compute
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value
