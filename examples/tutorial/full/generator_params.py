"""Where samples come from: a data set, or image files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.tutorial.min.params import DATASET_HELP, TutorialGeneratorParams
from tfaip.model import TrainerPipelineParamsBase
from tfaip.params import field, params

if TYPE_CHECKING:
    from examples.tutorial.full.image_files import DigitsOrFiles

__all__ = ["DigitsOrFilesParams", "TutorialFullTrainerPipelineParams"]


@params
class DigitsOrFilesParams(TutorialGeneratorParams):
    """The digits of one split of a data set, or image files in their place."""

    image_files: list[str] = field(
        factory=list, help="Image files to predict, wildcards allowed; without any, the digits of the data set"
    )
    dark_on_light: bool = field(default=False, help="The files show dark digits on a light ground, as scans do")

    def cls(self) -> type[DigitsOrFiles]:
        """Return the generator's class."""
        from examples.tutorial.full.image_files import DigitsOrFiles

        return DigitsOrFiles


@params
class TutorialFullTrainerPipelineParams(
    TrainerPipelineParamsBase[TutorialGeneratorParams, TutorialGeneratorParams],
):
    """Train on one split of a data set, validate on the other; evaluate on both with `--trainer.lav_every_n`."""

    dataset: str = field(default="mnist_5k", mode="flat", help=DATASET_HELP)

    def train_gen(self) -> TutorialGeneratorParams:
        """Return the generator of the training samples."""
        return TutorialGeneratorParams(dataset=self.dataset, split="train")

    def val_gen(self) -> TutorialGeneratorParams:
        """Return the generator of the validation samples."""
        return TutorialGeneratorParams(dataset=self.dataset, split="test")

    def lav_gen(self) -> list[TutorialGeneratorParams]:
        """Return both splits, so that a gap between `lav_l0` (held out) and `lav_l1` (trained on) shows overfitting."""
        return [self.val_gen(), self.train_gen()]
