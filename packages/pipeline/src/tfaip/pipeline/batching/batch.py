"""`Batch`: what the model is fed with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tfaip.pipeline.data.sample import Sample

__all__ = ["Arrays", "Batch"]

Arrays = dict[str, np.ndarray]


class Batch:
    """The arrays of several samples, stacked along a leading batch axis and padded where their lengths differ.

    Attributes:
        inputs: Arrays of shape `[size, ...]` by key; empty in the mode TARGETS.
        targets: Arrays of shape `[size, ...]` by key; empty in the mode PREDICTION.
        meta: The meta of each sample.
        size: The number of samples, at least 1.
        end_of_epoch: Whether this is the last batch of one pass over the data.
    """

    __slots__ = ("end_of_epoch", "inputs", "meta", "size", "targets")

    def __init__(self, inputs: Arrays, targets: Arrays, meta: list[Any], *, end_of_epoch: bool = False) -> None:
        self.inputs = inputs
        self.targets = targets
        self.meta = meta
        self.size = len(meta)
        self.end_of_epoch = end_of_epoch

    def samples(self) -> Iterator[Sample]:
        """The samples of the batch, their arrays being views into it (padding is still there)."""
        for row in range(self.size):
            yield Sample(
                inputs={key: array[row] for key, array in self.inputs.items()} if self.inputs else None,
                targets={key: array[row] for key, array in self.targets.items()} if self.targets else None,
                meta=self.meta[row],
            )

    def __repr__(self) -> str:
        def shapes(arrays: Arrays) -> str:
            return ", ".join(f"{key}: {array.dtype}{list(array.shape)}" for key, array in arrays.items())

        return f"Batch(inputs={{{shapes(self.inputs)}}}, targets={{{shapes(self.targets)}}}, size={self.size})"
