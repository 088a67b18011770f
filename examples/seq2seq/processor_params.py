"""Parameters of the processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import params
from tfaip.pipeline import DataProcessorParams

if TYPE_CHECKING:
    from examples.seq2seq.processors import DecodeTexts, EncodeTexts

__all__ = ["DecodeTextsParams", "EncodeTextsParams"]


@params(name="EncodeTexts")
class EncodeTextsParams(DataProcessorParams):
    """Turns texts into tokens, before the model."""

    def cls(self) -> type[EncodeTexts]:
        """Return the processor's class."""
        from examples.seq2seq.processors import EncodeTexts

        return EncodeTexts


@params(name="DecodeTexts")
class DecodeTextsParams(DataProcessorParams):
    """Turns tokens into texts, after the model."""

    def cls(self) -> type[DecodeTexts]:
        """Return the processor's class."""
        from examples.seq2seq.processors import DecodeTexts

        return DecodeTexts
