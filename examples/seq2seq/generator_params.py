"""Sources of the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import deep_iterable, ge, in_, min_len

from tfaip.model import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import DataGeneratorParams

if TYPE_CHECKING:
    from examples.seq2seq.generators import TextsGenerator

__all__ = ["Seq2SeqTrainerPipelineParams", "TextsParams"]


@params
class TextsParams(DataGeneratorParams):
    """Tables of texts; without any, dates that are generated."""

    tables: list[str] = field(
        factory=list,
        help="CSV tables with the columns source and target, wildcards allowed; a prediction needs no target",
    )
    part: str = field(
        default="training",
        validator=in_(["training", "validation"]),
        mode="ignore",
        help="Days of the generated dates: training and validation have different ones",
    )
    count: int = field(default=10_000, validator=ge(1), help="Number of dates to generate")
    kinds: list[str] = field(
        factory=lambda: ["numbers", "names"],
        validator=[min_len(1), deep_iterable(in_(["numbers", "names"]))],
        help="Forms of the generated dates: numbers (3.5.2012), names (May 3rd, 2012)",
    )

    def cls(self) -> type[TextsGenerator]:
        """Return the generator's class."""
        from examples.seq2seq.generators import TextsGenerator

        return TextsGenerator


@params
class Seq2SeqTrainerPipelineParams(TrainerPipelineParams[TextsParams, TextsParams]):
    """Texts for the training and texts for the validation."""

    train: TextsParams = field(factory=TextsParams, mode="flat", help="Texts of the training")
    val: TextsParams = field(
        factory=lambda: TextsParams(part="validation", count=500), mode="flat", help="Texts of the validation"
    )
