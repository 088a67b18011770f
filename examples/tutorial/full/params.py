"""Parameters of the full tutorial; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge

from examples.tutorial.full.processor_params import ConfidenceParams, NoiseParams, ScaleParams, ShiftParams
from tfaip.model import EvaluatorParams, LayerBaseParams, ModelBaseParams, ScenarioBaseParams
from tfaip.model.layers import ConvStackParams, DenseStackParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams

if TYPE_CHECKING:
    from examples.tutorial.full.cnn import CNN
    from examples.tutorial.full.data import TutorialFullData
    from examples.tutorial.full.mlp import MLP
    from examples.tutorial.full.model import TutorialFullModel

__all__ = [
    "CNNParams",
    "MLPParams",
    "TutorialFullDataParams",
    "TutorialFullEvaluatorParams",
    "TutorialFullModelParams",
    "TutorialFullScenarioParams",
]


@params
class TutorialFullDataParams(DataBaseParams):
    """Images of digits, moved and blurred by noise in training."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[ScaleParams(), ShiftParams(), NoiseParams()]),
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[ConfidenceParams()]),
        help="The processors between the model and the consumer of its predictions",
    )

    def cls(self) -> type[TutorialFullData]:
        """Return the data's class."""
        from examples.tutorial.full.data import TutorialFullData

        return TutorialFullData


@params(name="MLP")
class MLPParams(DenseStackParams):
    """Dense layers on all pixels."""

    def cls(self) -> type[MLP]:
        """Return the layer's class."""
        from examples.tutorial.full.mlp import MLP

        return MLP


@params(name="CNN")
class CNNParams(ConvStackParams):
    """Convolutions with pooling, and a dense layer on their features."""

    dense: int = field(default=128, validator=ge(1), help="Units of the dense layer")

    def cls(self) -> type[CNN]:
        """Return the layer's class."""
        from examples.tutorial.full.cnn import CNN

        return CNN


@params
class TutorialFullModelParams(ModelBaseParams):
    """A network that tells digits apart, and even ones from odd ones."""

    graph: LayerBaseParams = field(
        factory=CNNParams, choices=[MLPParams, CNNParams], enforce_choices=True, help="Network of the classifier"
    )
    classes: int = field(default=10, validator=ge(2), help="Number of classes")
    even_weight: float = field(default=0.2, validator=ge(0.0), help="Weight of the loss of telling even from odd")

    def cls(self) -> type[TutorialFullModel]:
        """Return the model's class."""
        from examples.tutorial.full.model import TutorialFullModel

        return TutorialFullModel


@params
class TutorialFullEvaluatorParams(EvaluatorParams):
    """The figures that the evaluator shows."""

    most: int = field(default=3, validator=ge(0), help="Pairs of classes that are confused most often")


@params
class TutorialFullScenarioParams(ScenarioBaseParams[TutorialFullDataParams, TutorialFullModelParams]):
    """Data, model and evaluator of the full tutorial."""

    evaluator: TutorialFullEvaluatorParams = field(
        factory=TutorialFullEvaluatorParams, mode="flat", help="The evaluator of predictions"
    )
