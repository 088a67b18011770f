"""Where images come from."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from attrs.validators import and_, gt, in_, lt

from tfaip.model import TrainerPipelineParamsBase
from tfaip.params import field, params
from tfaip.pipeline import DataGeneratorParams

if TYPE_CHECKING:
    from examples.imageclassification.generators import ImagesGenerator

__all__ = ["ImageTrainerPipelineParams", "ImagesParams"]


@params
class ImagesParams(DataGeneratorParams):
    """A folder with a folder for each class, or single files; without either, patches of three textures."""

    image_dir: str = field(default="", help="Folder of the images: a folder for each class, which has its name")
    image_files: list[str] = field(factory=list, help="Image files to predict, wildcards allowed")
    download: str = field(
        default="",
        validator=in_(["", "flowers"]),
        help="flowers: download 3,670 photographs of five flowers (230 MB) to `image_dir`, unless it is there",
    )
    part: str = field(
        default="all", validator=in_(["all", "training", "validation"]), mode="ignore", help="Part of the images to use"
    )
    held_out: float = field(
        default=0.2,
        validator=and_(gt(0.0), lt(1.0)),
        help="Fraction of each class that is for validation, where that has no folder of its own",
    )

    def cls(self) -> type[ImagesGenerator]:
        """Return the generator's class."""
        from examples.imageclassification.generators import ImagesGenerator

        return ImagesGenerator


@params
class ImageTrainerPipelineParams(TrainerPipelineParamsBase[ImagesParams, ImagesParams]):
    """Train on the images of one folder, validate on those of another, or on a held-out part of the first."""

    train: ImagesParams = field(factory=ImagesParams, mode="flat", help="Images of the training")
    val: ImagesParams = field(factory=ImagesParams, mode="flat", help="Images of the validation")

    def train_gen(self) -> ImagesParams:
        """Return the generator of the training images."""
        return self._part("all" if self.val.image_dir else "training", self.train)

    def val_gen(self) -> ImagesParams:
        """Return the generator of the validation images."""
        return self._part("all", self.val) if self.val.image_dir else self._part("validation", self.train)

    def _part(self, part: str, images: ImagesParams) -> ImagesParams:
        chosen = copy.copy(images)
        chosen.part = part
        return chosen
