"""The scenario of the full tutorial: all of its parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.tutorial.full.evaluator import TutorialFullEvaluator
from examples.tutorial.full.generator_params import DigitsOrFilesParams, TutorialFullTrainerPipelineParams
from examples.tutorial.full.params import TutorialFullScenarioParams
from tfaip.model import ScenarioBase

if TYPE_CHECKING:
    from tfaip.predict import MultiModelPredictor
    from tfaip.trainer import TrainerParams


class TutorialFullScenario(ScenarioBase[TutorialFullScenarioParams, TutorialFullTrainerPipelineParams]):
    """Handwritten digits, with all that a scenario can have."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import ExponentialDecayParams

        params = super().default_trainer_params()
        params.epochs = 10
        params.learning_rate = ExponentialDecayParams(lr=0.001, learning_cycle=1, lr_decay_rate=0.8)
        params.device.intra_op_threads = 1
        return params

    @classmethod
    def default_predict_generator_params(cls) -> DigitsOrFilesParams:
        """Return where a prediction takes its samples from: `--data.image_files`, else the held-out digits."""
        return DigitsOrFilesParams()

    @classmethod
    def evaluator_cls(cls) -> type[TutorialFullEvaluator]:
        """Return the class of the evaluator."""
        return TutorialFullEvaluator

    @classmethod
    def multi_predictor_cls(cls) -> type[MultiModelPredictor]:
        """Return the class that predicts with several bundles."""
        from examples.tutorial.full.predictor import TutorialFullMultiPredictor

        return TutorialFullMultiPredictor
