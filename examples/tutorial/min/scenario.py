"""The scenario of the tutorial: all of its parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.tutorial.min.params import TutorialScenarioParams, TutorialTrainerPipelineParams
from tfaip.model import ScenarioBase

if TYPE_CHECKING:
    from tfaip.trainer import TrainerParams


class TutorialScenario(ScenarioBase[TutorialScenarioParams, TutorialTrainerPipelineParams]):
    """Handwritten digits."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import ExponentialDecayParams

        params = super().default_trainer_params()
        params.epochs = 10
        # Falling rates let the last epochs settle: without, the accuracy still jumps by a percent from one to the next.
        params.learning_rate = ExponentialDecayParams(lr=0.001, learning_cycle=1, lr_decay_rate=0.8)
        # A network this small gains nothing from several threads in one operation, and loses by their coordination.
        params.device.intra_op_threads = 1
        return params
