"""Parameters of a prediction, and of load and validate."""

from __future__ import annotations

from tfaip.model import DeviceConfigParams
from tfaip.params import field, params
from tfaip.pipeline import DataPipelineParams, PipelineMode

__all__ = ["InferenceParams", "LAVParams", "PredictorParams"]


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


@params(former_tags=["tfaip.lav.params:LAVParams", "tfaip.predict.lav.params:LAVParams"])
class LAVParams(InferenceParams):
    """How a model is validated."""

    with_training_graph: bool = field(
        default=False,
        aliases=("--predict.with_training_graph",),
        help="Compute losses and metrics on the training graph of the scenario's code, with the weights of the bundle",
    )
    print_limit: int = field(
        basic=True, default=0, help="Number of samples of each data set to print in words; -1: all, 0: none"
    )
