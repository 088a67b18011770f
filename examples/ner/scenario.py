"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.ner.evaluator import NEREvaluator
from examples.ner.generator_params import NERTrainerPipelineParams, SentencesParams
from examples.ner.params import DEFAULT_CHARACTERS, DEFAULT_TAGS, DEFAULT_WORDS, NERScenarioParams
from tfaip.model import ScenarioBase

if TYPE_CHECKING:
    from tfaip.trainer import TrainerParams


class NERScenario(ScenarioBase[NERScenarioParams, NERTrainerPipelineParams]):
    """Named entities in sentences: people, places, organisations, dates."""

    @classmethod
    def default_params(cls) -> NERScenarioParams:
        """Return the parameters that a training starts from: the vocabularies become resources of each bundle."""
        params = super().default_params()
        params.data.words, params.data.tags = DEFAULT_WORDS, DEFAULT_TAGS
        params.data.characters = DEFAULT_CHARACTERS
        return params

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import CosineDecayParams

        params = super().default_trainer_params()
        params.epochs = 5
        params.learning_rate = CosineDecayParams(lr=0.002, final_epochs=1000)
        params.optimizer.clip_global_norm = 1.0
        params.evaluate_validation = True  # the best model is the one with the highest F1 of entities
        params.gen.setup.train.batch_size = 32
        return params

    @classmethod
    def default_predict_generator_params(cls) -> SentencesParams:
        """Return where a prediction takes its sentences from: `--data.lists`, else generated ones."""
        return SentencesParams(part="validation", count=20)

    @classmethod
    def evaluator_cls(cls) -> type[NEREvaluator]:
        """Return the class of the evaluator."""
        return NEREvaluator

    def complete_params(self) -> None:
        """Tell the model the tags, and the numbers of known words and characters."""
        data, model = self.params.data, self.params.model
        model.words, model.tags = len(data.read_words()), data.read_tags()
        model.characters = len(data.read_characters())
