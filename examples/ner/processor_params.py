"""Parameters of the processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import params
from tfaip.pipeline import DataProcessorParams

if TYPE_CHECKING:
    from examples.ner.processors import DecodeTags, EncodeSentence

__all__ = ["DecodeTagsParams", "EncodeSentenceParams"]


@params(name="EncodeSentence")
class EncodeSentenceParams(DataProcessorParams):
    """Turns tokens and tags into numbers, before the model."""

    def cls(self) -> type[EncodeSentence]:
        """Return the processor's class."""
        from examples.ner.processors import EncodeSentence

        return EncodeSentence


@params(name="DecodeTags")
class DecodeTagsParams(DataProcessorParams):
    """Turns numbers into tags and entities, after the model."""

    def cls(self) -> type[DecodeTags]:
        """Return the processor's class."""
        from examples.ner.processors import DecodeTags

        return DecodeTags
