"""Bundles: what a trained model is deployed as."""

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import Bundle
from tfaip.model.bundle.load import load_prediction_function, load_scenario_params, load_weights

__all__ = ["Bundle", "BundleError", "load_prediction_function", "load_scenario_params", "load_weights"]
