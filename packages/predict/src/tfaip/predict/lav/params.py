"""Parameters of load and validate."""

from __future__ import annotations

from tfaip.params import params
from tfaip.predict.params import InferenceParams

__all__ = ["LAVParams"]


@params
class LAVParams(InferenceParams):
    """How a model is validated."""
