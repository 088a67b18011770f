"""Errors of the input pipeline, as they were raised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from tfaip.pipeline import InputDataset

__all__ = ["pipeline_errors"]


@contextmanager
def pipeline_errors(data: InputDataset) -> Iterator[None]:
    """Raise what went wrong in the pipeline itself; TensorFlow would raise an error of its own with that one's text."""
    try:
        yield
    except tf.errors.OpError as error:
        try:
            data.reraise()
        except Exception as original:
            raise original from original.__cause__
        raise error
