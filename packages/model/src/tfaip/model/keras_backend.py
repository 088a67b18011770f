"""Keras runs on several backends; tfaip needs TensorFlow's."""

from __future__ import annotations

import os

__all__ = ["prefer_tensorflow", "require_tensorflow"]


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
