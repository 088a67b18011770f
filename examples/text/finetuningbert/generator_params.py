"""Where pairs of sentences come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, in_

from tfaip.model import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import DataGeneratorParams

if TYPE_CHECKING:
    from examples.text.finetuningbert.generators import PairsGenerator

__all__ = ["PairTrainerPipelineParams", "PairsParams"]


@params
class PairsParams(DataGeneratorParams):
    """Tables of pairs; without any, pairs that are generated."""

    files: list[str] = field(
        factory=list,
        help="Tables as those of MRPC, wildcards allowed: columns Quality (1: equivalent, 0: not), #1 String and "
        "#2 String, separated by tabs; a prediction does without Quality",
    )
    part: str = field(
        default="training",
        validator=in_(["training", "validation"]),
        mode="ignore",
        help="Pairs that are generated: training and validation tell of different events",
    )
    count: int = field(default=20_000, validator=ge(1), help="Pairs to generate")

    def cls(self) -> type[PairsGenerator]:
        """Return the generator's class."""
        from examples.text.finetuningbert.generators import PairsGenerator

        return PairsGenerator


@params
class PairTrainerPipelineParams(TrainerPipelineParams[PairsParams, PairsParams]):
    """Pairs for the training and pairs for the validation."""

    train: PairsParams = field(factory=PairsParams, mode="flat", help="Pairs of the training")
    val: PairsParams = field(
        factory=lambda: PairsParams(part="validation", count=1000), mode="flat", help="Pairs of the validation"
    )
