"""Validated samples, in words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.model import ModelBase
    from tfaip.pipeline import DataBase, Sample

__all__ = ["PrintedSamples"]

logger = logging.getLogger(__name__)


class PrintedSamples:
    """Logs what the model says of the first samples of a validation, after their post-processing.

    Args:
        model: Says the words.
        data: Handed to the model.
        limit: Samples at most; -1 for all.
    """

    def __init__(self, model: ModelBase[Any], data: DataBase[Any], limit: int) -> None:
        self._model = model
        self._data = data
        self._limit = limit
        self._printed = 0

    @property
    def wants_more(self) -> bool:
        """Whether the limit is not reached."""
        return self._limit < 0 or self._printed < self._limit

    def start(self) -> None:
        """Begin a new validation."""
        self._printed = 0

    def print_sample(self, sample: Sample) -> None:
        """Log a sample, as far as the limit goes."""
        if self.wants_more:
            self._printed += 1
            self._model.print_evaluate(sample, self._data, logger.info)
