"""The numbers that layers compute with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["precision_policy"]


@contextmanager
def precision_policy(name: str) -> Iterator[None]:
    """Let the layers that are made within the context compute in `name`, one of Keras' dtype policies.

    A layer keeps the policy that it was made with; weights and metrics stay float32 in mixed precision.
    """
    import keras

    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)
