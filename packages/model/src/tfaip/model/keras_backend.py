"""Keras runs on several backends; tfaip needs TensorFlow's."""

from __future__ import annotations

import os

__all__ = ["prefer_tensorflow", "require_tensorflow"]


def prefer_tensorflow() -> None:
    """Choose the TensorFlow backend and a quiet TensorFlow, where the user has not chosen; call it before Keras loads."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # 2 leaves warnings of no use to a user (CPU features, missing GPU libraries) out and keeps errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


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
