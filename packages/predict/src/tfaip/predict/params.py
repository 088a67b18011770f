"""Parameters of a prediction."""

from __future__ import annotations

from tfaip.model import DeviceConfigParams
from tfaip.params import field, params
from tfaip.pipeline import DataPipelineParams

__all__ = ["PredictorParams"]


@params
class PredictorParams:
    """How samples are predicted."""

    device: DeviceConfigParams = field(factory=DeviceConfigParams, mode="flat", help="Devices and threads")
    pipeline: DataPipelineParams = field(
        factory=DataPipelineParams, mode="flat", fixed_class=True, help="Batching and processes"
    )
    include_targets: bool = field(
        default=False, help="Let samples carry their targets, which the generator must know then"
    )
