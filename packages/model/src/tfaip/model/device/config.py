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

    A thread count of 0 leaves TensorFlow's own. Settings of a started TensorFlow can't be changed: asking for the
    present one is fine then, asking for any other is an error.

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
    _divide_cpu(params.cpus)

    gpus = tf.config.list_physical_devices("GPU")
    chosen = gpus if params.gpus is None else [_gpu(number, gpus) for number in params.gpus]
    try:
        tf.config.set_visible_devices(chosen, "GPU")
        for gpu in chosen:
            _limit_memory(gpu, params.gpu_memory)
    except (RuntimeError, ValueError) as error:
        raise DeviceError(
            f"device.gpus and device.gpu_memory must be chosen before TensorFlow computes: {error}"
        ) from error
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


def _divide_cpu(count: int) -> None:
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    there = len(tf.config.get_logical_device_configuration(cpu) or [None])
    if count in (1, there):
        return
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError:
        raise DeviceError(
            f"device.cpus must be set before TensorFlow computes: the CPU counts as {there} already, got {count}"
        ) from None


def _gpu(number: int, gpus: list[Any]) -> Any:
    if not 0 <= number < len(gpus):
        there = f"the GPUs 0 to {len(gpus) - 1}" if gpus else "no GPU"
        raise DeviceError(f"device.gpus names GPU {number}, but TensorFlow sees {there} on this machine")
    return gpus[number]


def _limit_memory(gpu: Any, mebibytes: int | None) -> None:
    """Take so much memory of a GPU, or let it grow; the two exclude each other in TensorFlow."""
    import tensorflow as tf

    if mebibytes is None:
        tf.config.experimental.set_memory_growth(gpu, True)
        return
    limited = [tf.config.LogicalDeviceConfiguration(memory_limit=mebibytes)]
    if tf.config.get_logical_device_configuration(gpu) != limited:
        tf.config.set_logical_device_configuration(gpu, limited)
