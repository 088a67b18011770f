"""The base of callbacks of a validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.pipeline import DataGeneratorParams, Sample
from tfaip.pipeline.hooks import Hooked, hook
from tfaip.predict.lav.result import LAVResult

if TYPE_CHECKING:
    from tfaip.predict.lav.lav_base import LAVBase

__all__ = ["LAVCallback"]


class LAVCallback(Hooked):
    """Called for each data set and for each sample. Subclasses override the hooks that they need.

    Attributes:
        lav: The validation: its `model`, `scenario` (with `data`), `params`, and the loaded `bundles`. Set
            before `on_start` is called.
    """

    lav: LAVBase

    @hook
    def on_start(self, name: str, generator: DataGeneratorParams) -> None:
        """Called before the first sample of a data set.

        Args:
            name: Name of the data set in the results: `l0`, `l1`, ...
            generator: Where its samples come from.
        """

    @hook
    def on_sample_end(self, sample: Sample) -> None:
        """Called for each sample after post-processing, with outputs and targets."""

    @hook
    def on_end(self, result: LAVResult) -> None:
        """Called with the result of a data set."""
