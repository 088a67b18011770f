"""Prediction with bundles; TensorFlow is loaded when a predictor is made."""

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.predict.params import PredictorParams
from tfaip.predict.predictor import Predictor

__all__ = ["Evaluator", "EvaluatorParams", "Predictor", "PredictorParams"]
