"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.model import ScenarioBase
from tfaip.templates.general.params import TemplateScenarioParams, TemplateTrainerPipelineParams

if TYPE_CHECKING:
    from tfaip.trainer import TrainerParams


class TemplateScenario(ScenarioBase[TemplateScenarioParams, TemplateTrainerPipelineParams]):
    """Classification of points: outside of a ring, or in it."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        params = super().default_trainer_params()
        params.epochs = 20
        params.learning_rate.lr = 0.01  # For a few dense layers; 0.001 suits convolutions.
        return params
