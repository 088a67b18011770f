"""Sources of the sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, in_

from tfaip.model import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import DataGeneratorParams

if TYPE_CHECKING:
    from examples.ner.generators import SentencesGenerator

__all__ = ["NERTrainerPipelineParams", "SentencesParams"]


@params
class SentencesParams(DataGeneratorParams):
    """Lists of CoNLL files; without any, sentences that are generated."""

    lists: list[str] = field(
        factory=list, help="Lists of CoNLL files, a path per line, relative to the list; wildcards are allowed"
    )
    part: str = field(
        default="training",
        validator=in_(["training", "validation"]),
        mode="ignore",
        help="Names in the generated sentences: training and validation have different ones",
    )
    count: int = field(default=4000, validator=ge(1), help="Number of sentences to generate")

    def cls(self) -> type[SentencesGenerator]:
        """Return the generator's class."""
        from examples.ner.generators import SentencesGenerator

        return SentencesGenerator


@params
class NERTrainerPipelineParams(TrainerPipelineParams[SentencesParams, SentencesParams]):
    """Sentences for the training and sentences for the validation."""

    train: SentencesParams = field(factory=SentencesParams, mode="flat", help="Sentences of the training")
    val: SentencesParams = field(
        factory=lambda: SentencesParams(part="validation", count=500), mode="flat", help="Sentences of the validation"
    )
