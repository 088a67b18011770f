"""The model of a scenario, which measures predictions and puts them in words, where TensorFlow is installed."""

from __future__ import annotations

import logging
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.model.bundle.runtime import is_installed
from tfaip.model.scenario.created import created

__all__ = ["created_model", "printing_model"]

logger = logging.getLogger(__name__)


def created_model(scenario: ScenarioBase[Any, Any]) -> Any:
    """Return the model of a scenario, or `None` where TensorFlow isn't installed: a model is code of Keras."""
    return created(scenario, "create_model") if is_installed("tensorflow") else None


def printing_model(model: Any) -> Any:
    """Return the model, which prints predictions in words; warn where it is `None`."""
    if model is None:
        logger.warning(
            "Predictions are not printed: the model, which puts them in words, needs TensorFlow. "
            "--output and --dump write them"
        )
    return model
