"""Sources of the sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs.validators import ge, in_

from tfaip.model import ListFilePipelineParams
from tfaip.params import field, params
from tfaip.pipeline.generators import ListFileGeneratorParams

if TYPE_CHECKING:
    from tfaip.pipeline import DataGenerator

__all__ = ["NERTrainerPipelineParams", "SentencesParams"]


@params
class SentencesParams(ListFileGeneratorParams):
    """Lists of CoNLL files; without any, sentences that are generated."""

    lists: list[str] = field(
        factory=list,
        help="Lists of CoNLL files, a path per line, relative to the list; wildcards are allowed; outside of training, "
        "- is a CoNLL file on the standard input",
    )
    part: str = field(
        default="training",
        validator=in_(["training", "validation"]),
        mode="ignore",
        help="Names in the generated sentences: training and validation have different ones",
    )
    count: int = field(default=4000, validator=ge(1), help="Number of sentences to generate")

    def has_samples(self) -> bool:
        """Return True: without lists, sentences are generated."""
        return True

    def cls(self) -> type[DataGenerator[Any]]:
        """Return the generator's class."""
        from examples.ner.generators import GeneratedSentences, ListedSentences

        return ListedSentences if self.lists else GeneratedSentences


@params
class NERTrainerPipelineParams(ListFilePipelineParams[SentencesParams]):
    """Sentences for the training and sentences for the validation."""

    train: SentencesParams = field(factory=SentencesParams, mode="flat", help="Sentences of the training")
    val: SentencesParams = field(
        factory=lambda: SentencesParams(part="validation", count=500), mode="flat", help="Sentences of the validation"
    )
