"""Compiled functions that are made anew by each training, prediction and evaluation of a process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf

__all__ = ["compiled"]


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Return a `tf.function` of `function`, without autograph, with the other options of `tf.function`.

    TensorFlow warns of retracing by the source code that is traced. Several objects that each trace the same method
    once look to it like one function that is traced again and again; here, each object is counted by itself.
    """
    return tf.function(partial(function), autograph=False, **options)
