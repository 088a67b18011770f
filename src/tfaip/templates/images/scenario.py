"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tfaip.model import ScenarioBase
from tfaip.templates.images.files import labelled_files
from tfaip.templates.images.params import TemplateDataParams, TemplateScenarioParams, TemplateTrainerPipelineParams

if TYPE_CHECKING:
    from tfaip.trainer import TrainerParams


class TemplateScenario(ScenarioBase[TemplateScenarioParams, TemplateTrainerPipelineParams]):
    """Classification of images."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        params = super().default_trainer_params()
        params.epochs = 20
        params.learning_rate.lr = 0.001
        return params

    @classmethod
    def complete_trainer_params(cls, params: TrainerParams) -> None:
        """Name the classes after the images to train on."""
        data = cast("TemplateDataParams", params.scenario.data)
        if not data.classes:
            images = cast("TemplateTrainerPipelineParams", params.gen).train
            data.classes = sorted({name for _, name in labelled_files(images) if name})

    def complete_params(self) -> None:
        """Tell the model the classes."""
        self.params.model.classes = self.params.data.classes
