"""Parameters of the translation of texts; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, lt

from examples.seq2seq.processor_params import DecodeTextsParams, EncodeTextsParams
from tfaip.model import EvaluatorParams, LayerBaseParams, ModelBaseParams, ScenarioBaseParams
from tfaip.model.layers import AttentionParams, BeamSearchParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams

if TYPE_CHECKING:
    from examples.seq2seq.data import Seq2SeqData
    from examples.seq2seq.model import Seq2SeqModel
    from examples.seq2seq.recurrent_decoder import RecurrentDecoder
    from examples.seq2seq.transformer_decoder import TransformerDecoder

__all__ = [
    "RecurrentDecoderParams",
    "Seq2SeqDataParams",
    "Seq2SeqEvaluatorParams",
    "Seq2SeqModelParams",
    "Seq2SeqScenarioParams",
    "TransformerDecoderParams",
]


@params
class Seq2SeqDataParams(DataBaseParams):
    """Pairs of texts: a source, and its translation."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[EncodeTextsParams()]),
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DecodeTextsParams()]),
        help="The processors between the model and the consumer of its predictions",
    )

    def cls(self) -> type[Seq2SeqData]:
        """Return the data's class."""
        from examples.seq2seq.data import Seq2SeqData

        return Seq2SeqData


@params(name="RecurrentDecoder")
class RecurrentDecoderParams(LayerBaseParams):
    """A GRU, and attention to the encoded source after it (Luong et al., 2015)."""

    units: int = field(default=128, validator=ge(1), help="Units of the embedding and of the GRU")
    attention: AttentionParams = field(
        factory=lambda: AttentionParams(heads=1, head_units=128), help="Attention to the encoded source"
    )

    def cls(self) -> type[RecurrentDecoder]:
        """Return the layer's class."""
        from examples.seq2seq.recurrent_decoder import RecurrentDecoder

        return RecurrentDecoder


@params(name="TransformerDecoder")
class TransformerDecoderParams(LayerBaseParams):
    """Blocks of attention to the own tokens, attention to the source, and dense layers (Vaswani et al., 2017)."""

    units: int = field(default=128, validator=ge(1), help="Units of the embedding and of each block")
    blocks: int = field(default=2, validator=ge(1), help="Number of blocks")
    feed_forward: int = field(default=256, validator=ge(1), help="Units between the two dense layers of a block")
    positions: int = field(default=100, validator=ge(1), help="Longest target in tokens, the end token included")
    dropout: float = field(default=0.1, validator=[ge(0), lt(1)], help="Fraction of each block's values dropped")
    attention: AttentionParams = field(factory=AttentionParams, help="Attention of the blocks")

    def cls(self) -> type[TransformerDecoder]:
        """Return the layer's class."""
        from examples.seq2seq.transformer_decoder import TransformerDecoder

        return TransformerDecoder


@params
class Seq2SeqModelParams(ModelBaseParams):
    """An encoder that reads the source in both directions, and a decoder with attention."""

    embedding: int = field(default=64, validator=ge(1), help="Size of the embedding of a character of the source")
    encoder_units: int = field(default=64, validator=ge(1), help="Units of the encoder's GRU, in each direction")
    decoder: LayerBaseParams = field(
        factory=RecurrentDecoderParams,
        choices=[RecurrentDecoderParams, TransformerDecoderParams],
        help="Decoder of the target",
    )
    beam: BeamSearchParams = field(
        factory=lambda: BeamSearchParams(max_length=40), help="Decoding of a prediction, token by token"
    )

    def post_init(self) -> None:
        """Refuse a search beyond the positions of a transformer."""
        longest = self.beam.max_length
        if isinstance(self.decoder, TransformerDecoderParams) and self.decoder.positions < longest:
            raise ValueError(
                f"decoder.positions must be >= beam.max_length, got {self.decoder.positions} and {longest}: "
                "raise decoder.positions before the training, or lower beam.max_length"
            )

    def cls(self) -> type[Seq2SeqModel]:
        """Return the model's class."""
        from examples.seq2seq.model import Seq2SeqModel

        return Seq2SeqModel


@params
class Seq2SeqEvaluatorParams(EvaluatorParams):
    """The texts that the evaluator shows."""

    worst: int = field(default=0, validator=ge(0), help="Number of the worst translations to show")


@params
class Seq2SeqScenarioParams(ScenarioBaseParams[Seq2SeqDataParams, Seq2SeqModelParams]):
    """Data, model and evaluator of the translation of texts."""

    evaluator: Seq2SeqEvaluatorParams = field(
        factory=Seq2SeqEvaluatorParams, mode="flat", help="The evaluator of predictions"
    )
