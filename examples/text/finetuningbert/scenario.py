"""The scenario: data, model and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from examples.text.finetuningbert.evaluator import PairEvaluator
from examples.text.finetuningbert.generator_params import PairsParams, PairTrainerPipelineParams
from examples.text.finetuningbert.params import DEFAULT_VOCABULARY, PairScenarioParams
from examples.text.finetuningbert.pretrained import preset_folder, read_pretrained
from examples.text.finetuningbert.tokenizing import load_tokenizer
from tfaip.model import ScenarioBase
from tfaip.params import ParamsError

if TYPE_CHECKING:
    from examples.text.finetuningbert.params import PairModelParams
    from tfaip.trainer import Trainer, TrainerParams


class PairScenario(ScenarioBase[PairScenarioParams, PairTrainerPipelineParams]):
    """Sentence pairs: do both say the same?"""

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line starts from."""
        # Imported here, since a bundle of this scenario also predicts where no trainer is installed.
        from tfaip.trainer import AdamWParams, WarmupCosineParams

        params = super().default_trainer_params()
        params.epochs = 10
        params.optimizer = AdamWParams(
            weight_decay=0.01, weight_decay_exclude=["bias|layer_norm"], clip_global_norm=1.0
        )
        # The first steps of a transformer must be small, and so must the last ones.
        params.learning_rate = WarmupCosineParams(
            lr=0.0003, warmup_epochs=1, step_function=False, lr_decay_rate=1.0, final_epochs=1000, alpha=0.0
        )
        params.ema_decay = 0.99
        params.gen.setup.train.batch_size = 32
        return params

    @classmethod
    def default_predict_generator_params(cls) -> PairsParams:
        """Return where a prediction takes its pairs from: `--data.files`, else pairs of the validation."""
        return PairsParams(part="validation", count=20)

    @classmethod
    def evaluator_cls(cls) -> type[PairEvaluator]:
        """Return the class of the evaluator."""
        return PairEvaluator

    @classmethod
    def trainer_cls(cls) -> type[Trainer]:
        """Return the class of the trainer."""
        from examples.text.finetuningbert.trainer import PairTrainer

        return PairTrainer

    @classmethod
    def complete_trainer_params(cls, params: TrainerParams) -> None:
        """Let a training start from the weights of the preset, unless it was told of others."""
        preset = cast("PairModelParams", params.scenario.model).preset
        if preset and params.warmstart.model is None:
            params.warmstart.model = preset_folder(preset)
            params.warmstart.exclude = params.warmstart.exclude or "logits/.*"

    def complete_params(self) -> None:
        """Take sizes and vocabulary from the preset, and without one the number of pieces from the vocabulary.

        Raises:
            DataError: The preset or the vocabulary can't be read.
            ParamsError: Sizes contradict each other.
        """
        data, model = self.params.data, self.params.model
        if model.preset and model.sizes_from == model.preset:
            return  # a run or a bundle: neither needs the preset any more
        if model.preset:
            pretrained = read_pretrained(preset_folder(model.preset))
            for name, size in pretrained.sizes.items():
                setattr(model, name, size)
            if not data.vocabulary:
                data.vocabulary, data.lowercase = str(pretrained.vocabulary), pretrained.lowercase
        data.vocabulary = data.vocabulary or DEFAULT_VOCABULARY
        pieces = load_tokenizer(data.vocabulary_path(), lowercase=data.lowercase).get_vocab_size()
        if not model.preset:
            model.vocabulary_size, model.positions = pieces, data.max_length
        model.sizes_from = model.preset
        if pieces > model.vocabulary_size:
            raise ParamsError(
                f"data.vocabulary must be the one of model.preset, which knows {model.vocabulary_size} pieces, "
                f"but {data.vocabulary_path()} has {pieces}"
            )
        if data.max_length > model.positions:
            raise ParamsError(f"data.max_length must be <= {model.positions} for this preset, got {data.max_length}")
        if model.hidden % model.heads:
            raise ParamsError(f"model.hidden must be a multiple of model.heads, got {model.hidden} and {model.heads}")
