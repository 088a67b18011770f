"""Tensors of the last batch, for TensorBoard.

Operations that write summaries would cost time at each step and end up in exported graphs. The values that layers and
models record are kept in variables instead, and Python writes them once an epoch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.model.runtime.libraries import tf

__all__ = ["Recorder", "record", "record_histogram", "record_image", "record_scalar"]

logger = logging.getLogger(__name__)

WriteFn = Callable[[str, np.ndarray, int], None]

_ACTIVE: ContextVar[Recorder | None] = ContextVar("active recorder", default=None)


@dataclass
class _Kept:
    variable: Any
    write: WriteFn


class Recorder:
    """Keeps what is recorded in the step of a training or a validation: of each name the last batch.

    The variables are no part of the training's state: a checkpoint does not hold them.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Take what is recorded within the context; outside of any, recording does nothing."""
        token = _ACTIVE.set(self)
        try:
            yield
        finally:
            _ACTIVE.reset(token)

    @property
    def names(self) -> list[str]:
        """Names that something was recorded under."""
        return list(self._kept)

    def write(self, step: int) -> None:
        """Write the last batch to the default `tf.summary` writer."""
        for name, kept in self._kept.items():
            array = kept.variable.numpy()
            if array.size:
                kept.write(name, array, step)

    def keep(self, name: str, tensor: Any, write: WriteFn) -> None:
        """Keep a tensor in place of the one before; the function of the first call writes it."""
        tensor = tf.convert_to_tensor(tensor)
        if tensor.dtype in (tf.float16, tf.bfloat16):
            tensor = tf.cast(tensor, tf.float32)  # NumPy does not know them all
        if name not in self._kept:
            self._kept[name] = _Kept(_variable_of(tensor), write)
        self._kept[name].variable.assign(tensor)


def record(name: str, tensor: Any, write: WriteFn) -> None:
    """Keep a tensor of this batch for TensorBoard; may be called in a graph, a layer, or a hook of the model.

    Nothing happens in exported graphs, nor where several replicas share a batch.

    Args:
        name: Tag; slashes group what TensorBoard shows.
        tensor: Of any shape, which may change from batch to batch.
        write: Called once an epoch with name, array and step, to write `tf.summary`s of any kind.
    """
    recorder = _ACTIVE.get()
    if recorder is None:
        return
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync > 1:
        logger.warning("%s is not recorded for TensorBoard: several replicas share each batch", name)
        return
    recorder.keep(name, tensor, write)


def record_image(name: str, images: Any, max_images: int = 3) -> None:
    """Record the first images of the batch: (batch, height, width, 1, 3 or 4), uint8, or float from 0 to 1."""
    if _ACTIVE.get() is not None:
        record(name, images[:max_images], _write_images)


def record_histogram(name: str, values: Any) -> None:
    """Record how the values of a tensor of any shape are distributed."""
    record(name, values, _write_histogram)


def record_scalar(name: str, value: Any) -> None:
    """Record a number, shape ()."""
    record(name, value, _write_scalar)


def _variable_of(tensor: Any) -> Any:
    # The step is compiled as the body of a loop, in which no variable can be made: this leaves it.
    with tf.init_scope():
        empty = tf.zeros([0], tensor.dtype)
        return tf.Variable(empty, trainable=False, shape=tf.TensorShape(None), validate_shape=False)


def _write_images(name: str, array: np.ndarray, step: int) -> None:
    tf.summary.image(name, array, step=step, max_outputs=len(array))


def _write_histogram(name: str, array: np.ndarray, step: int) -> None:
    tf.summary.histogram(name, array, step=step)


def _write_scalar(name: str, array: np.ndarray, step: int) -> None:
    tf.summary.scalar(name, array, step=step)
