"""Prediction with bundles; TensorFlow is loaded when a predictor is made."""

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav import LAV, LAVCallback, LAVParams, LAVResult
from tfaip.predict.params import PredictorParams
from tfaip.predict.prediction_function import PredictionFunction, graph_prediction_function
from tfaip.predict.predictor import Predictor

__all__ = [
    "LAV",
    "Evaluator",
    "EvaluatorParams",
    "LAVCallback",
    "LAVParams",
    "LAVResult",
    "PredictionError",
    "PredictionFunction",
    "Predictor",
    "PredictorParams",
    "graph_prediction_function",
]
