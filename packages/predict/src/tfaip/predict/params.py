"""Parameters of a prediction."""

from __future__ import annotations

from tfaip.model import DeviceConfigParams
from tfaip.params import field, params
from tfaip.pipeline import DataPipelineParams, PipelineMode

__all__ = ["InferenceParams", "PredictorParams"]


@params
class InferenceParams:
    """The run of a model over data: parameters that prediction and load-and-validate share."""

    device: DeviceConfigParams = field(factory=DeviceConfigParams, mode="flat", help="Devices and threads")
    pipeline: DataPipelineParams = field(
        factory=DataPipelineParams, mode="flat", fixed_class=True, help="Batching and processes"
    )
    runtime: str = field(
        default="auto",
        choices=["auto", "tensorflow", "onnx"],
        help="Runtime of the model; tensorflow: the SavedModel, onnx: model.onnx by onnxruntime, auto: TensorFlow "
        "where it is installed",
    )
    run_eagerly: bool = field(
        basic=False,
        default=False,
        help="Run the scenario's own graph, uncompiled and in the main thread, so that breakpoints in it work",
    )
    progress_bar: bool = field(default=True, help="Show the progress where there is a terminal")
    silent: bool = field(default=False, help="Show nothing but warnings and results")


@params
class PredictorParams(InferenceParams):
    """How samples are predicted."""

    include_targets: bool = field(
        basic=True, default=False, help="Keep the targets in the predicted samples; the generator must give them"
    )
    include_meta: bool = field(default=True, help="Keep the meta in the predicted samples")

    @property
    def mode(self) -> PipelineMode:
        """Mode of the pipeline: EVALUATION where samples carry their targets, else PREDICTION."""
        return PipelineMode.EVALUATION if self.include_targets else PipelineMode.PREDICTION
