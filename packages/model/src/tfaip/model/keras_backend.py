"""Keras runs on several backends; tfaip needs TensorFlow's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["prefer_tensorflow", "require_tensorflow", "whole_keras_errors"]


def prefer_tensorflow() -> None:
    """Choose the TensorFlow backend, and a quiet TensorFlow, unless the user has chosen; for before Keras is loaded."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # What TensorFlow's C++ logs as errors are missing GPUs and the like; what fails comes as a Python exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def require_tensorflow() -> None:
    """Refuse to go on with another Keras backend.

    Raises:
        RuntimeError: Keras was loaded with another backend.
    """
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise RuntimeError(
            f"tfaip needs Keras' tensorflow backend, got {backend!r}: "
            "set KERAS_BACKEND=tensorflow, or change `backend` in ~/.keras/keras.json"
        )


@contextmanager
def whole_keras_errors() -> Iterator[None]:
    """Let errors within layers come as they are; Keras hides frames, and wraps the text in the arguments of the call.

    Where Keras is not loaded yet, nothing is changed.
    """
    if "keras" not in sys.modules:
        yield
        return
    import keras

    if not keras.config.is_traceback_filtering_enabled():
        yield
        return
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        keras.config.enable_traceback_filtering()
