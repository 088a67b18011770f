"""Prediction with bundles; TensorFlow is loaded when a predictor is made."""

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav import LAV, LAVCallback, LAVParams, LAVResult, MultiLAV, MultiLAVParams
from tfaip.predict.params import PredictorParams
from tfaip.predict.prediction_function import PredictionFunction, graph_prediction_function
from tfaip.predict.predictor import Predictor
from tfaip.predict.voting import (
    ConfidenceVoter,
    ConfidenceVoterParams,
    MajorityVoter,
    MajorityVoterParams,
    MeanVoter,
    MeanVoterParams,
    MultiModelPredictor,
    MultiModelPredictorParams,
    MultiModelVoter,
    VoterParams,
    WeightedMeanVoter,
    WeightedMeanVoterParams,
)

__all__ = [
    "LAV",
    "ConfidenceVoter",
    "ConfidenceVoterParams",
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
    "PredictionError",
    "PredictionFunction",
    "Predictor",
    "PredictorParams",
    "VoterParams",
    "WeightedMeanVoter",
    "WeightedMeanVoterParams",
    "graph_prediction_function",
]
