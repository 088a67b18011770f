"""Bundles: a trained model as a folder, which is what you deploy.

In: parameters, weights and graphs.
Out: a folder with a manifest of checksums, and from it again weights and prediction functions.

A bundle knows no scenario; `tfaip.model.stored` opens a scenario's bundle.
"""

from typing import Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import Bundle
from tfaip.model.bundle.load import load_prediction_function, load_weights

__all__ = ["Bundle", "BundleError", "load_prediction_function", "load_weights"]


def __getattr__(name: str) -> Any:
    if name == "load_scenario_params":  # its former place
        from tfaip.model.stored.params import load_scenario_params

        return load_scenario_params
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
