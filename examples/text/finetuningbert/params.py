"""Parameters of the sentence pairs; nothing in here needs TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs.validators import and_, ge, lt

from examples.text.finetuningbert.processor_params import TokenizeParams
from tfaip.model import ModelBaseParams, ScenarioBaseParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams, resource

if TYPE_CHECKING:
    from examples.text.finetuningbert.data import PairData
    from examples.text.finetuningbert.model import PairModel

__all__ = ["DEFAULT_VOCABULARY", "PairDataParams", "PairModelParams", "PairScenarioParams"]

DEFAULT_VOCABULARY = str(Path(__file__).with_name("vocab.txt"))


@params
class PairDataParams(DataBaseParams):
    """Pairs of sentences, as pieces of words."""

    vocabulary: str = resource(
        help="vocab.txt (a piece a line) or tokenizer.json; default: the one of the preset, or of generated sentences"
    )
    lowercase: bool = field(
        default=True,
        help="The pieces of a vocab.txt are in lower case; tokenizer.json and presets say it themselves",
    )
    max_length: int = field(
        default=128, validator=ge(8), help="Pieces of a pair at most; of the longer sentence, the end is cut off"
    )
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[TokenizeParams()]),
        help="The processors between the generator and the model",
    )

    def vocabulary_path(self) -> Path:
        """Return where the vocabulary is."""
        return Path(self.resource_path(self.vocabulary)) if self.vocabulary else Path(DEFAULT_VOCABULARY)

    def cls(self) -> type[PairData]:
        """Return the data's class."""
        from examples.text.finetuningbert.data import PairData

        return PairData


@params
class PairModelParams(ModelBaseParams):
    """A BERT (Devlin et al., 2019), trained before or from scratch; a preset comes with sizes of its own."""

    preset: str = field(
        default="",
        help="Trained before: a KerasHub preset (bert_tiny_en_uncased), or a folder in the layout of Hugging Face "
        "(config.json, model.safetensors, vocab.txt or tokenizer.json) or KerasHub; default: from scratch",
    )
    layers: int = field(default=2, validator=ge(1), help="Layers of the transformer")
    heads: int = field(default=4, validator=ge(1), help="Heads of each layer's attention")
    hidden: int = field(default=128, validator=ge(1), help="Size of a piece's embedding")
    intermediate: int = field(default=256, validator=ge(1), help="Units between the two dense layers of a layer")
    dropout: float = field(default=0.0, validator=and_(ge(0.0), lt(1.0)), help="Fraction of values dropped within BERT")
    head_dropout: float = field(
        default=0.1, validator=and_(ge(0.0), lt(1.0)), help="Fraction of values dropped before the last layer"
    )
    vocabulary_size: int = field(default=0, mode="ignore", help="Size of the vocabulary")
    positions: int = field(default=0, mode="ignore", help="Pieces of a pair at most")
    segments: int = field(default=2, mode="ignore", help="Number of sentence types")
    sizes_from: str = field(default="", mode="ignore", help="Preset that the sizes were read from")

    def architecture(self) -> dict[str, Any]:
        """Return the sizes by the names that KerasHub has for them."""
        return {
            "vocabulary_size": self.vocabulary_size,
            "num_layers": self.layers,
            "num_heads": self.heads,
            "hidden_dim": self.hidden,
            "intermediate_dim": self.intermediate,
            "dropout": self.dropout,
            "max_sequence_length": self.positions,
            "num_segments": self.segments,
        }

    def cls(self) -> type[PairModel]:
        """Return the model's class."""
        from examples.text.finetuningbert.model import PairModel

        return PairModel


@params
class PairScenarioParams(ScenarioBaseParams[PairDataParams, PairModelParams]):
    """Data and model of the sentence pairs."""
