"""Parameters of the tutorial; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.model import ModelBaseParams, ScenarioBaseParams, TrainerPipelineParamsBase
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataGeneratorParams

if TYPE_CHECKING:
    from examples.tutorial.min.data import TutorialData, TutorialGenerator
    from examples.tutorial.min.model import TutorialModel

__all__ = [
    "TutorialDataParams",
    "TutorialGeneratorParams",
    "TutorialModelParams",
    "TutorialScenarioParams",
    "TutorialTrainerPipelineParams",
]

DATASET_HELP = (
    "mnist_5k (needs no download), mnist, fashion_mnist, or the path of an .npz file laid out as Keras' mnist"
)


@params
class TutorialGeneratorParams(DataGeneratorParams):
    """The digits of one split of a data set."""

    dataset: str = field(default="mnist_5k", help=DATASET_HELP)
    split: str = field(default="test", choices=["train", "test"], help="Part of the data set")

    def cls(self) -> type[TutorialGenerator]:
        """Return the generator's class."""
        from examples.tutorial.min.data import TutorialGenerator

        return TutorialGenerator


@params
class TutorialDataParams(DataBaseParams):
    """Images of digits; there is nothing to set."""

    def cls(self) -> type[TutorialData]:
        """Return the data's class."""
        from examples.tutorial.min.data import TutorialData

        return TutorialData


@params
class TutorialModelParams(ModelBaseParams):
    """A small convolutional network."""

    filters: list[int] = field(factory=lambda: [16, 32], help="Filters of each convolution")
    dense: int = field(default=128, help="Units of the hidden dense layer")
    classes: int = field(default=10, help="Number of classes")

    def cls(self) -> type[TutorialModel]:
        """Return the model's class."""
        from examples.tutorial.min.model import TutorialModel

        return TutorialModel


@params
class TutorialScenarioParams(ScenarioBaseParams[TutorialDataParams, TutorialModelParams]):
    """Data and model of the tutorial."""


@params
class TutorialTrainerPipelineParams(TrainerPipelineParamsBase[TutorialGeneratorParams, TutorialGeneratorParams]):
    """Train on one split of a data set, validate on the other."""

    dataset: str = field(default="mnist_5k", mode="flat", help=DATASET_HELP)

    def train_gen(self) -> TutorialGeneratorParams:
        """Return the generator of the training samples."""
        return TutorialGeneratorParams(dataset=self.dataset, split="train")

    def val_gen(self) -> TutorialGeneratorParams:
        """Return the generator of the validation samples."""
        return TutorialGeneratorParams(dataset=self.dataset, split="test")
