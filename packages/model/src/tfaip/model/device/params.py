"""Parameters of the devices that compute."""

from __future__ import annotations

from attrs.validators import ge

from tfaip.params import field, params

__all__ = ["DeviceConfigParams"]


@params
class DeviceConfigParams:
    """Devices and threads that compute."""

    gpus: list[int] | None = field(
        default=None,
        help="GPUs to use, by their number; empty: none. Default: those of CUDA_VISIBLE_DEVICES, else all there are",
    )
    intra_op_threads: int = field(
        default=0, validator=ge(0), help="Threads within one operation; 0: one a core. Small models train faster with 1"
    )
    inter_op_threads: int = field(default=0, validator=ge(0), help="Operations that run side by side; 0: one a core")
    soft_device_placement: bool = field(
        default=True, help="Run an operation on the CPU where the GPU has no version of it"
    )
