"""Parameters of the devices that compute."""

from __future__ import annotations

from attrs.validators import ge, gt, optional

from tfaip.params import field, params

__all__ = ["DeviceConfigParams"]


@params(former_tags=["tfaip.device.device_config:DeviceConfigParams"])
class DeviceConfigParams:
    """Devices and threads that compute."""

    gpus: list[int] | None = field(
        basic=True,
        default=None,
        help="GPUs to use, by their number; empty: none. Default: CUDA_VISIBLE_DEVICES, else all GPUs",
    )
    gpu_memory: int | None = field(
        default=None,
        validator=optional(gt(0)),
        help="Memory to take of each GPU at once, in MiB; default: grows as needed",
    )
    cpus: int = field(
        default=1, validator=ge(1), help="Number of devices that the CPU is split into; several try out dist_strategy"
    )
    intra_op_threads: int = field(
        default=0,
        validator=ge(0),
        help="Threads within one operation; 0: one per core. Small models train faster with 1",
    )
    inter_op_threads: int = field(default=0, validator=ge(0), help="Operations that run in parallel; 0: one per core")
    soft_device_placement: bool = field(
        default=True, help="Run an operation on the CPU where the GPU has no version of it"
    )
    precision: str = field(
        basic=True,
        default="float32",
        choices=["float32", "mixed_bfloat16", "mixed_float16"],
        help="Precision of a training; mixed: computes in 16 bits, with weights of 32",
    )
    jit_compile: bool = field(
        default=False, help="Compile the training step with XLA; pays where all batches have one shape"
    )
    dist_strategy: str = field(
        default="default",
        choices=["default", "mirror", "central_storage", "multi_worker"],
        help="Distribution of a training; mirror: over the devices of this machine; central_storage: the same, with "
        "the weights on the CPU; multi_worker: over machines, as TF_CONFIG or Slurm names them",
    )
