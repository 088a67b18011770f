"""What is told of each step of a validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfaip.pipeline import DataGeneratorParams, Sample
    from tfaip.predict.lav.result import LAVResult

__all__ = ["LAVCallback"]


class LAVCallback:
    """Is told of each data set and of each sample; subclasses override what they want to know."""

    def on_start(self, name: str, generator: DataGeneratorParams) -> None:
        """Called before the first sample of a data set.

        Args:
            name: Name of the data set in the results: `l0`, `l1`, ...
            generator: Where its samples come from.
        """

    def on_sample_end(self, sample: Sample) -> None:
        """Called for each sample after post-processing, with outputs and targets."""

    def on_end(self, result: LAVResult) -> None:
        """Called with the result of a data set."""
