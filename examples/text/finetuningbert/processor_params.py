"""Parameters of the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.pipeline import INPUT_PROCESSOR, DataProcessorParams, PipelineMode

if TYPE_CHECKING:
    from examples.text.finetuningbert.processors import Tokenize

__all__ = ["TokenizeParams"]


@params(name="Tokenize")
class TokenizeParams(DataProcessorParams):
    """Splits a pair of sentences into pieces of words."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[Tokenize]:
        """Return the processor's class."""
        from examples.text.finetuningbert.processors import Tokenize

        return Tokenize
