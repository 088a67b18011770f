"""Setting up TensorFlow's devices."""

from __future__ import annotations

import logging
from typing import Any

from tfaip.model.device.params import DeviceConfigParams
from tfaip.params import UserError

__all__ = ["DeviceError", "configure_devices"]

logger = logging.getLogger(__name__)


class DeviceError(UserError, ValueError):
    """The devices that were asked for cannot be had."""


def configure_devices(params: DeviceConfigParams) -> None:
    """Give TensorFlow the devices and threads of `params`; call it before anything is computed.

    A thread count of 0 leaves TensorFlow's own. What TensorFlow has already started can't be changed: asking for what
    is set is fine then, asking for anything else is an error.

    Raises:
        DeviceError: A GPU that is not there, or TensorFlow has started with other settings.
    """
    import tensorflow as tf

    threading = tf.config.threading
    _set(
        "device.intra_op_threads",
        params.intra_op_threads,
        threading.get_intra_op_parallelism_threads,
        threading.set_intra_op_parallelism_threads,
    )
    _set(
        "device.inter_op_threads",
        params.inter_op_threads,
        threading.get_inter_op_parallelism_threads,
        threading.set_inter_op_parallelism_threads,
    )
    tf.config.set_soft_device_placement(params.soft_device_placement)

    gpus = tf.config.list_physical_devices("GPU")
    chosen = gpus if params.gpus is None else [_gpu(number, gpus) for number in params.gpus]
    try:
        tf.config.set_visible_devices(chosen, "GPU")
        for gpu in chosen:
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        raise DeviceError(f"device.gpus must be chosen before TensorFlow computes: {error}") from error
    if chosen:
        logger.info("Computing on %s", ", ".join(gpu.name for gpu in chosen))


def _set(name: str, count: int, get: Any, set_: Any) -> None:
    if count in (0, get()):
        return
    try:
        set_(count)
    except RuntimeError:
        raise DeviceError(
            f"{name} must be set before TensorFlow computes: "
            f"it runs with {get() or 'its own default'} already, got {count}"
        ) from None


def _gpu(number: int, gpus: list[Any]) -> Any:
    if not 0 <= number < len(gpus):
        there = f"the GPUs 0 to {len(gpus) - 1}" if gpus else "no GPU"
        raise DeviceError(f"device.gpus names GPU {number}, but TensorFlow sees {there} on this machine")
    return gpus[number]
