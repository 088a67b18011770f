"""Parameters of the recogniser of entities; nothing in here needs TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs.validators import ge, gt, lt

from examples.ner.processor_params import DecodeTagsParams, EncodeSentenceParams
from tfaip.model import EvaluatorParams, LayerBaseParams, ModelBaseParams, ScenarioBaseParams
from tfaip.model.layers import AttentionParams, RecurrentStackParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams, resource
from tfaip.pipeline.text_files import read_entries

if TYPE_CHECKING:
    from examples.ner.data import NERData
    from examples.ner.model import NERModel
    from examples.ner.transformer_encoder import TransformerEncoder

__all__ = [
    "DEFAULT_CHARACTERS",
    "DEFAULT_TAGS",
    "DEFAULT_WORDS",
    "NERDataParams",
    "NEREvaluatorParams",
    "NERModelParams",
    "NERScenarioParams",
    "TransformerEncoderParams",
]

DEFAULT_WORDS, DEFAULT_CHARACTERS, DEFAULT_TAGS = (
    str(Path(__file__).with_name(name)) for name in ("words.txt", "characters.txt", "tags.txt")
)


@params
class NERDataParams(DataBaseParams):
    """Sentences, and a tag for each word."""

    words: str = resource(help="File of the known words in lower case, one per line; default: the generated ones")
    characters: str = resource(help="File of the known characters, one per line; default: those of ASCII")
    tags: str = resource(help="File of the tags, one per line; default: those of the generated sentences")
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[EncodeSentenceParams()]),
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DecodeTagsParams()]),
        help="The processors between the model and the consumer of its predictions",
    )

    def read_words(self) -> list[str]:
        """Return the known words."""
        return self._lines(self.words or DEFAULT_WORDS)

    def read_characters(self) -> list[str]:
        """Return the known characters."""
        return self._lines(self.characters or DEFAULT_CHARACTERS)

    def read_tags(self) -> list[str]:
        """Return the tags in the order of their numbers."""
        return self._lines(self.tags or DEFAULT_TAGS)

    def _lines(self, file: str) -> list[str]:
        return [line for line in read_entries(Path(self.resource_path(file))) if line]

    def cls(self) -> type[NERData]:
        """Return the data's class."""
        from examples.ner.data import NERData

        return NERData


@params(name="TransformerEncoder")
class TransformerEncoderParams(LayerBaseParams):
    """Blocks of attention and dense layers (Vaswani et al., 2017)."""

    units: int = field(default=128, validator=ge(1), help="Units of each block")
    blocks: int = field(default=2, validator=ge(1), help="Number of blocks")
    feed_forward: int = field(default=256, validator=ge(1), help="Units between the two dense layers of a block")
    dropout: float = field(default=0.1, validator=[ge(0), lt(1)], help="Fraction of each block's values dropped")
    attention: AttentionParams = field(factory=AttentionParams, help="Attention of the blocks")

    def cls(self) -> type[TransformerEncoder]:
        """Return the layer's class."""
        from examples.ner.transformer_encoder import TransformerEncoder

        return TransformerEncoder


@params
class NERModelParams(ModelBaseParams):
    """Embedded words and their spelling, read in both directions."""

    word_units: int = field(default=64, validator=ge(1), help="Size of a word's embedding")
    character_units: int = field(default=24, validator=ge(1), help="Size of a character's embedding")
    spelling_units: int = field(default=48, validator=ge(1), help="Filters of the convolution over a word's characters")
    dropout: float = field(default=0.5, validator=[ge(0), lt(1)], help="Fraction of the embedded values dropped")
    encoder: LayerBaseParams = field(
        factory=lambda: RecurrentStackParams(nodes=[96], dropout=0.5),
        choices=[RecurrentStackParams, TransformerEncoderParams],
        help="Layers that read the sentence",
    )
    outside_weight: float = field(
        default=1.0,
        validator=gt(0),
        help="Weight of words outside of entities in the loss; below 1 finds more entities",
    )
    words: int = field(default=0, mode="ignore", help="Number of known words, from the data")
    characters: int = field(default=0, mode="ignore", help="Number of known characters, from the data")
    tags: list[str] = field(factory=list, mode="ignore", help="Tags, from the data")

    def cls(self) -> type[NERModel]:
        """Return the model's class."""
        from examples.ner.model import NERModel

        return NERModel


@params
class NEREvaluatorParams(EvaluatorParams):
    """The figures that the evaluator shows."""

    per_type: bool = field(default=False, help="Show precision, recall and F1 of each type")


@params
class NERScenarioParams(ScenarioBaseParams[NERDataParams, NERModelParams]):
    """Data, model and evaluator of the recogniser of entities."""

    evaluator: NEREvaluatorParams = field(factory=NEREvaluatorParams, mode="flat", help="The evaluator of predictions")
