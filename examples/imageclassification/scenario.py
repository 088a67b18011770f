"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from examples.imageclassification.evaluator import ImageEvaluator
from examples.imageclassification.generator_params import ImagesParams, ImageTrainerPipelineParams
from examples.imageclassification.params import ImageScenarioParams
from tfaip.model import ScenarioBase

if TYPE_CHECKING:
    from examples.imageclassification.params import ImageDataParams
    from tfaip.trainer import TrainerParams


class ImageScenario(ScenarioBase[ImageScenarioParams, ImageTrainerPipelineParams]):
    """Images, sorted into folders by their subject."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import CosineDecayParams

        params = super().default_trainer_params()
        params.epochs = 10
        params.learning_rate = CosineDecayParams(lr=0.002, final_epochs=1000)
        return params

    @classmethod
    def default_predict_generator_params(cls) -> ImagesParams:
        """Return where a prediction takes its images from: `--data.image_files`, or `--data.image_dir`."""
        return ImagesParams(part="validation")

    @classmethod
    def evaluator_cls(cls) -> type[ImageEvaluator]:
        """Return the class of the evaluator."""
        return ImageEvaluator

    @classmethod
    def complete_trainer_params(cls, params: TrainerParams) -> None:
        """Name the classes: the folders of the training images."""
        # Imported here, since it decodes images, and help shall answer without.
        from examples.imageclassification.generators import class_names

        images = cast("ImageTrainerPipelineParams", params.gen).train
        if images.download:
            from examples.imageclassification.download import download

            download(images.download, images.image_dir)
        data = cast("ImageDataParams", params.scenario.data)
        data.classes = data.classes or class_names(images)

    def complete_params(self) -> None:
        """Tell the model the classes."""
        self.params.model.classes = self.params.data.classes
