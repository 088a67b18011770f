"""The way up: the packages and rooms that stand on scenarios, and the types of the objects that they make.

`ScenarioBase.create_trainer`, `create_predictor`, `create_lav` and `from_path` are conveniences. They call code that
stands above a scenario, which is loaded when it is called. No other module imports from above, not even a type; the
test of import circles leaves out this file alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.predict import (
        LAV,
        LAVParams,
        MultiLAV,
        MultiLAVParams,
        MultiModelPredictor,
        MultiModelPredictorParams,
        Predictor,
        PredictorParams,
    )
    from tfaip.trainer import Trainer, TrainerParams

__all__ = [
    "LAV",
    "LAVParams",
    "MultiLAV",
    "MultiLAVParams",
    "MultiModelPredictor",
    "MultiModelPredictorParams",
    "Predictor",
    "PredictorParams",
    "Trainer",
    "TrainerParams",
    "stored_scenarios",
    "upper_floor",
]


def upper_floor(package: str) -> Any:
    """Return the package `tfaip.PACKAGE`.

    Raises:
        ModuleNotFoundError: It isn't installed; the message says how to install it.
    """
    try:
        return import_module(f"tfaip.{package}")
    except ModuleNotFoundError as error:
        if error.name != f"tfaip.{package}":
            raise
        raise ModuleNotFoundError(
            f"this needs the package tfaip-{package}: pip install tfaip-{package}", name=error.name
        ) from None


def stored_scenarios() -> Any:
    """Return the module that reads stored parameters and finds their scenario."""
    return import_module("tfaip.model.stored.params")
