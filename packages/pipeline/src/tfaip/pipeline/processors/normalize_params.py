"""`NormalizeParams`: parameters of the normalisation, which help shows without loading NumPy."""

from __future__ import annotations

from typing import Any

from attrs.validators import gt

from tfaip.params import field, params
from tfaip.pipeline.data.adapted_processor import AdaptedProcessorParams
from tfaip.pipeline.data.pipeline_params import INPUT_PROCESSOR, PipelineMode
from tfaip.pipeline.data.processor import DataProcessor

__all__ = ["NormalizeParams"]


@params(name="Normalize")
class NormalizeParams(AdaptedProcessorParams):
    """Shifts and scales inputs by statistics of the training samples; the result is float32."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")
    inputs: list[str] = field(factory=list, help="Names of the inputs; default: all of a floating-point type")
    method: str = field(
        default="standard",
        choices=["standard", "min_max"],
        help="standard: mean 0 and standard deviation 1; min_max: from 0 to 1",
    )
    per: str = field(
        default="feature",
        choices=["feature", "element", "all"],
        help="feature: statistics for each index of the last axis; element: for each element, of one shape; all: "
        "for all values of an input",
    )
    missing: str = field(
        default="keep", choices=["keep", "mean"], help="Treatment of NaN; mean: the mean of the training samples"
    )
    epsilon: float = field(default=1e-7, validator=gt(0), help="Smallest scale; a constant feature becomes 0")

    def cls(self) -> type[DataProcessor[Any]]:
        """The processor."""
        from tfaip.pipeline.processors.normalize import Normalize

        return Normalize
