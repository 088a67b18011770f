"""Where lines come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, in_

from tfaip.model import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import DataGeneratorParams

if TYPE_CHECKING:
    from examples.atr.generators import LinesGenerator

__all__ = ["ATRTrainerPipelineParams", "LinesParams"]


@params
class LinesParams(DataGeneratorParams):
    """Image files of lines, each with its transcript beside it; without any, lines that are rendered."""

    image_files: list[str] = field(
        factory=list, help="Images of lines, wildcards allowed; the text of NAME.png (or NAME.bin.png) is NAME.gt.txt"
    )
    part: str = field(
        default="training",
        validator=in_(["training", "validation"]),
        mode="ignore",
        help="Text that is rendered: training and validation have pages of their own",
    )
    count: int = field(default=4000, validator=ge(1), help="Lines to render")

    def cls(self) -> type[LinesGenerator]:
        """Return the generator's class."""
        from examples.atr.generators import LinesGenerator

        return LinesGenerator


@params
class ATRTrainerPipelineParams(TrainerPipelineParams[LinesParams, LinesParams]):
    """Lines for the training and lines for the validation."""

    train: LinesParams = field(factory=LinesParams, mode="flat", help="Lines of the training")
    val: LinesParams = field(
        factory=lambda: LinesParams(part="validation", count=300), mode="flat", help="Lines of the validation"
    )
