"""Parameters of the text recognition; nothing in here needs TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs.validators import and_, deep_iterable, ge, lt

from examples.atr.codec import read_codec
from examples.atr.processor_params import DecodeTextParams, DistortLineParams, EncodeTextParams, LoadLineParams
from tfaip.model import EvaluatorParams, ModelBaseParams, ScenarioBaseParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams, resource
from tfaip.pipeline.processors import CTCTargetsParams

if TYPE_CHECKING:
    from examples.atr.data import ATRData
    from examples.atr.model import ATRModel

__all__ = ["DEFAULT_CODEC", "ATRDataParams", "ATREvaluatorParams", "ATRModelParams", "ATRScenarioParams"]

DEFAULT_CODEC = str(Path(__file__).with_name("codec.txt"))


@params
class ATRDataParams(DataBaseParams):
    """Images of text lines, of one height and any width, and their texts."""

    height: int = field(default=40, validator=ge(8), help="Height that lines are scaled to, in pixels")
    codec: str = resource(help="File whose first line holds the characters; default: those of ASCII")
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(
            processors=[
                LoadLineParams(),
                DistortLineParams(),
                EncodeTextParams(),
                CTCTargetsParams(inputs="line"),
            ]
        ),
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DecodeTextParams()]),
        help="The processors between the model and the consumer of its predictions",
    )

    def characters(self) -> str:
        """Return the characters that can be read, in the order of their labels, which begin with 1."""
        path = Path(self.resource_path(self.codec)) if self.codec else Path(DEFAULT_CODEC)
        return read_codec(path)

    def cls(self) -> type[ATRData]:
        """Return the data's class."""
        from examples.atr.data import ATRData

        return ATRData


@params
class ATRModelParams(ModelBaseParams):
    """Convolutions, and an LSTM that reads what they see in both directions."""

    conv_filters: list[int] = field(
        factory=lambda: [20, 40],
        validator=deep_iterable(ge(1)),
        help="Filters of each convolution, which halves a line",
    )
    lstm_nodes: list[int] = field(
        factory=lambda: [100], validator=deep_iterable(ge(1)), help="Units of each LSTM, in each direction"
    )
    dropout: float = field(default=0.5, validator=and_(ge(0.0), lt(1.0)), help="Fraction of an LSTM's values dropped")
    labels: int = field(default=0, mode="ignore", help="Number of labels, from the codec; label 0 is no character")

    def downsampling(self) -> int:
        """Return how many columns of a line become one step."""
        return 2 ** len(self.conv_filters)

    def cls(self) -> type[ATRModel]:
        """Return the model's class."""
        from examples.atr.model import ATRModel

        return ATRModel


@params
class ATREvaluatorParams(EvaluatorParams):
    """The lines that the evaluator shows."""

    worst: int = field(default=0, validator=ge(0), help="Lines to show that were read worst")


@params
class ATRScenarioParams(ScenarioBaseParams[ATRDataParams, ATRModelParams]):
    """Data, model and evaluator of the text recognition."""

    evaluator: ATREvaluatorParams = field(factory=ATREvaluatorParams, mode="flat", help="The evaluator of predictions")
