"""Parameters of the image classification; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import and_, deep_iterable, ge, le, lt

from examples.imageclassification.processor_params import AugmentParams, ClassIndexParams, LoadImageParams
from tfaip.model import EvaluatorParams, ModelBaseParams, ScenarioBaseParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataProcessorPipelineParams, SequentialProcessorPipelineParams

if TYPE_CHECKING:
    from examples.imageclassification.data import ImageData
    from examples.imageclassification.model import ImageModel

__all__ = ["ImageDataParams", "ImageEvaluatorParams", "ImageModelParams", "ImageScenarioParams"]


@params
class ImageDataParams(DataBaseParams):
    """Images of one size, and the classes that they show."""

    height: int = field(default=96, validator=ge(8), help="Height that images are resized to, in pixels")
    width: int = field(default=96, validator=ge(8), help="Width that images are resized to, in pixels")
    classes: list[str] = field(
        factory=list, help="Names of the classes; default: those that the training images are sorted into"
    )
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(
            processors=[LoadImageParams(), AugmentParams(), ClassIndexParams()]
        ),
        help="The processors between the generator and the model",
    )

    def cls(self) -> type[ImageData]:
        """Return the data's class."""
        from examples.imageclassification.data import ImageData

        return ImageData


@params
class ImageModelParams(ModelBaseParams):
    """Convolutions, then dense layers."""

    conv_filters: list[int] = field(
        factory=lambda: [16, 32, 64], validator=deep_iterable(ge(1)), help="Filters of each convolution"
    )
    dense: list[int] = field(factory=lambda: [128], validator=deep_iterable(ge(1)), help="Units of each dense layer")
    dropout: float = field(
        default=0.3, validator=and_(ge(0.0), lt(1.0)), help="Fraction of the values dropped before each dense layer"
    )
    classes: list[str] = field(factory=list, mode="ignore", help="Names of the classes, from the data")

    def cls(self) -> type[ImageModel]:
        """Return the model's class."""
        from examples.imageclassification.model import ImageModel

        return ImageModel


@params
class ImageEvaluatorParams(EvaluatorParams):
    """The figures that the evaluator shows."""

    threshold: float = field(
        default=0.9, validator=and_(ge(0.0), le(1.0)), help="Lowest probability of a sure prediction"
    )


@params
class ImageScenarioParams(ScenarioBaseParams[ImageDataParams, ImageModelParams]):
    """Data, model and evaluator of the image classification."""

    evaluator: ImageEvaluatorParams = field(
        factory=ImageEvaluatorParams, mode="flat", help="The evaluator of predictions"
    )
