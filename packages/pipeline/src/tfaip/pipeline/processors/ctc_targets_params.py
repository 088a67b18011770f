"""`CTCTargetsParams`: parameters of the check of CTC targets, which help shows without loading NumPy."""

from __future__ import annotations

from typing import Any

from attrs.validators import ge

from tfaip.params import field, params
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import DataProcessor, DataProcessorParams

__all__ = ["CTCTargetsParams"]


@params(name="CTCTargets")
class CTCTargetsParams(DataProcessorParams):
    """Leaves out, names and counts samples whose labels are too many for the length of their input.

    It stands behind all processors that change the length of the input or the labels.
    """

    modes: set[PipelineMode] = field(
        factory=lambda: {PipelineMode.TRAINING, PipelineMode.EVALUATION}, help="Modes in which it is used"
    )
    inputs: str = field(default="inputs", help="Name of the input whose first axis is the length")
    labels: str = field(default="labels", help="Name of the target that holds the labels, integers of shape (labels,)")
    downsampling: int = field(
        default=1, validator=ge(1), help="Length of the input that becomes one frame of the output"
    )

    def cls(self) -> type[DataProcessor[Any]]:
        """The processor."""
        from tfaip.pipeline.processors.ctc_targets import CTCTargets

        return CTCTargets
