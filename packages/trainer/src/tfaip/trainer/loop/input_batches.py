"""Batches as they leave `tf.data`: the errors of their pipeline, and the metas of their samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from tfaip.pipeline import InputDataset

__all__ = ["pipeline_errors", "sample_metas"]


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


def sample_metas(meta: Mapping[str, Any]) -> list[Any]:
    """Return the meta of each sample, from the tensors of a batch of shape (batch, ...).

    It travels as JSON text, unless the data has tensors of its own for it.
    """
    arrays = {name: tensor.numpy() for name, tensor in meta.items()}
    if list(arrays) == ["meta"] and arrays["meta"].dtype == object:
        return [json.loads(text) for (text,) in arrays["meta"]]
    return [{name: array[row] for name, array in arrays.items()} for row in range(len(next(iter(arrays.values()))))]
