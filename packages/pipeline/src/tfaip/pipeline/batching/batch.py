"""`Batch`: the input of the model; and `Packed`, the rows of one as they travel from process to process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pickle import PickleBuffer
from typing import Any

import numpy as np

from tfaip.pipeline.data.sample import Sample

__all__ = ["Arrays", "Batch", "Packed", "Row"]

Arrays = dict[str, np.ndarray]

Row = tuple[list[np.ndarray], Any]
"""The arrays of one sample in the order of the layout, unpadded, and its meta."""


class Batch:
    """The arrays of several samples, stacked along a leading batch axis and padded where their lengths differ.

    Attributes:
        inputs: Arrays of shape `[size, ...]` by key; empty in the mode TARGETS.
        targets: Arrays of shape `[size, ...]` by key; empty in the mode PREDICTION.
        meta: The meta of each sample.
        size: The number of samples, at least 1.
        positions: For each sample the position, in its pass, of the element that it comes from; None where no pipeline
            made the batch.
        end_of_epoch: Whether this is the last batch of one pass over the data.
    """

    __slots__ = ("end_of_epoch", "inputs", "meta", "positions", "size", "targets")

    def __init__(self, inputs: Arrays, targets: Arrays, meta: list[Any], *, end_of_epoch: bool = False) -> None:
        self.inputs = inputs
        self.targets = targets
        self.meta = meta
        self.size = len(meta)
        self.positions: Sequence[int] | None = None
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


@dataclass(slots=True)
class Packed:
    """Rows that were stacked.

    Attributes:
        arrays: One per key in the order of the layout, of shape `[rows, ...]`.
        shapes: One per key: the shapes before padding, int64 `[rows, rank]`; None where no row was padded.
        meta: The meta of each row.
        memory: The buffer that the arrays lie in, except for texts.
        offsets: Where each array begins in it; None for texts.
    """

    arrays: list[np.ndarray]
    shapes: list[np.ndarray | None]
    meta: list[Any]
    memory: Any
    offsets: list[int | None]

    def parts(self) -> tuple[Any, ...]:
        """Plain values and one piece of memory, from which another process makes this again.

        The arrays are told by where they lie in it, since NumPy's way of pickling takes several times as long.
        """
        arrays = [
            array if offset is None else (array.shape, _short(array.dtype), offset)
            for array, offset in zip(self.arrays, self.offsets, strict=True)
        ]
        shapes = [None if each is None else (each.tobytes(), each.shape) for each in self.shapes]
        return arrays, shapes, self.meta, PickleBuffer(self.memory)

    @classmethod
    def of_parts(cls, arrays: list[Any], shapes: list[Any], meta: list[Any], memory: Any) -> Packed:
        """The packed rows that had these parts."""
        restored: list[np.ndarray] = []
        offsets: list[int | None] = []
        for parts in arrays:
            if parts.__class__ is tuple:
                shape, dtype, offset = parts
                restored.append(np.ndarray(shape, dtype, memory, offset))
                offsets.append(offset)
            else:
                restored.append(parts)
                offsets.append(None)
        lengths = [None if each is None else np.ndarray(each[1], np.int64, each[0]) for each in shapes]
        return cls(restored, lengths, meta, memory, offsets)


def _short(dtype: np.dtype[Any]) -> Any:
    """A value from which a dtype is made again; the text of a plain number is the fastest."""
    return dtype.str if dtype.kind in "biufc" else dtype
