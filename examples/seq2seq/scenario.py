"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.seq2seq.evaluator import Seq2SeqEvaluator
from examples.seq2seq.generator_params import Seq2SeqTrainerPipelineParams, TextsParams
from examples.seq2seq.params import Seq2SeqScenarioParams
from tfaip.model import ScenarioBase

if TYPE_CHECKING:
    from tfaip.trainer import TrainerParams


class Seq2SeqScenario(ScenarioBase[Seq2SeqScenarioParams, Seq2SeqTrainerPipelineParams]):
    """Translation of texts, character by character: dates in words become ISO 8601."""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import CosineDecayParams

        params = super().default_trainer_params()
        params.epochs = 15
        params.learning_rate = CosineDecayParams(lr=0.003, final_epochs=1000)
        params.optimizer.clip_global_norm = 1.0
        params.evaluate_validation = True  # the best model is the one with the most texts without an error
        params.gen.setup.train.batch_size = 64
        params.gen.setup.val.batch_size = 100
        return params

    @classmethod
    def default_predict_generator_params(cls) -> TextsParams:
        """Return where a prediction takes its texts from: `--data.tables`, else dates of the validation."""
        return TextsParams(part="validation", count=20)

    @classmethod
    def evaluator_cls(cls) -> type[Seq2SeqEvaluator]:
        """Return the class of the evaluator."""
        return Seq2SeqEvaluator
