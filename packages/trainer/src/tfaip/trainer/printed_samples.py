"""Validated samples, in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tfaip.pipeline import Sample

if TYPE_CHECKING:
    import numpy as np

    from tfaip.model import ModelBase
    from tfaip.pipeline import DataBase, DataPipeline

__all__ = ["PrintedSamples"]

logger = logging.getLogger(__name__)

Arrays = Mapping[str, "np.ndarray"]


class PrintedSamples:
    """Logs what the model says of the first samples of a validation, after their post-processing.

    Args:
        model: Says the words.
        data: Handed to the model.
        pipeline: Whose post-processing.
        limit: Samples at most; -1 for all.
    """

    def __init__(self, model: ModelBase[Any], data: DataBase[Any], pipeline: DataPipeline, limit: int) -> None:
        self._model = model
        self._data = data
        self._pipeline = pipeline
        self._limit = limit
        self._printed = 0

    @property
    def wants_more(self) -> bool:
        """Whether the limit is not reached."""
        return self._limit < 0 or self._printed < self._limit

    def start(self) -> None:
        """Begin a new validation."""
        self._printed = 0

    def print_batch(self, inputs: Arrays, targets: Arrays, outputs: Arrays, metas: Sequence[Any]) -> None:
        """Log the samples of a batch, as far as the limit goes."""
        for sample in self._pipeline.process_output(_samples(inputs, targets, outputs, metas)):
            if not self.wants_more:
                return
            self._printed += 1
            self._model.print_evaluate(sample, self._data, logger.info)


def _samples(inputs: Arrays, targets: Arrays, outputs: Arrays, metas: Sequence[Any]) -> Iterator[Sample]:
    for row, meta in enumerate(metas):
        yield Sample(
            inputs={name: array[row] for name, array in inputs.items()},
            targets={name: array[row] for name, array in targets.items()},
            outputs={name: array[row] for name, array in outputs.items()},
            meta=meta,
        )
