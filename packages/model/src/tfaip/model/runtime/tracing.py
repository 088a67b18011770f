"""Tracing: functions that TensorFlow compiles, and the specs of the tensors that they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tfaip.model.runtime.libraries import tf
from tfaip.model.runtime.tensor_names import names_in_signature
from tfaip.pipeline import ArraySpec

__all__ = ["compiled", "tensor_specs"]


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Return a `tf.function` of `function`, without autograph, with the other options of `tf.function`.

    TensorFlow warns of retracing by the source code that is traced. Several objects that each trace the same method
    once look to it like one function that is traced again and again; here, each object is counted by itself.
    """
    return tf.function(partial(function), autograph=False, **options)


def tensor_specs(specs: Mapping[str, ArraySpec]) -> dict[str, tf.TensorSpec]:
    """Add the batch axis, of any size, to the spec of each sample's array."""
    names = names_in_signature(specs)
    return {
        name: tf.TensorSpec((None, *spec.shape), tf.dtypes.as_dtype(spec.dtype), name=names[name])
        for name, spec in specs.items()
    }
