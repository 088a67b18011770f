"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.atr.evaluator import ATREvaluator
from examples.atr.generator_params import ATRTrainerPipelineParams, LinesParams
from examples.atr.params import DEFAULT_CODEC, ATRScenarioParams
from tfaip.model import ScenarioBase
from tfaip.pipeline.processors import CTCTargetsParams

if TYPE_CHECKING:
    from tfaip.trainer import Trainer, TrainerParams


class ATRScenario(ScenarioBase[ATRScenarioParams, ATRTrainerPipelineParams]):
    """Text recognition: the text in the image of a line."""

    @classmethod
    def default_params(cls) -> ATRScenarioParams:
        """Return the parameters that a training starts from: the characters become a resource of each bundle."""
        params = super().default_params()
        params.data.codec = DEFAULT_CODEC
        return params

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import CosineDecayParams

        params = super().default_trainer_params()
        params.epochs = 20
        params.learning_rate = CosineDecayParams(lr=0.002, final_epochs=1000)
        params.optimizer.clip_global_norm = 5.0
        params.evaluate_validation = True  # the best model is the one with the fewest errors
        params.gen.setup.train.bucket_boundaries = [200, 400, 600]
        params.gen.setup.train.bucket_batch_sizes = [32, 16, 16, 8]
        return params

    @classmethod
    def default_predict_generator_params(cls) -> LinesParams:
        """Return where a prediction takes its lines from: `--data.image_files`, else lines of the validation."""
        return LinesParams(part="validation", count=20)

    @classmethod
    def trainer_cls(cls) -> type[Trainer]:
        """Return the class of the trainer."""
        from examples.atr.trainer import ATRTrainer

        return ATRTrainer

    @classmethod
    def evaluator_cls(cls) -> type[ATREvaluator]:
        """Return the class of the evaluator."""
        return ATREvaluator

    def complete_params(self) -> None:
        """Tell the model how many labels there are, and the check of the labels how long a line must be for them."""
        self.params.model.labels = len(self.params.data.characters()) + 1  # label 0 is no character
        for check in self.params.data.pre_proc.processors_of_type(CTCTargetsParams):
            check.downsampling = self.params.model.downsampling()
