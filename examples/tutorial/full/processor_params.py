"""Parameters of the processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import and_, ge, le

from tfaip.params import field, params
from tfaip.pipeline import DataProcessorParams, PipelineMode

if TYPE_CHECKING:
    from examples.tutorial.full.processors import Confidence, Noise, Scale, Shift


@params(name="Scale")
class ScaleParams(DataProcessorParams):
    """Scales pixels to values between 0 and 1."""

    def cls(self) -> type[Scale]:
        """Return the processor's class."""
        from examples.tutorial.full.processors import Scale

        return Scale


@params(name="Shift")
class ShiftParams(DataProcessorParams):
    """Moves images by a few pixels, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    pixels: int = field(default=2, validator=ge(1), help="Largest shift of an image in each direction, in pixels")

    def cls(self) -> type[Shift]:
        """Return the processor's class."""
        from examples.tutorial.full.processors import Shift

        return Shift


@params(name="Noise")
class NoiseParams(DataProcessorParams):
    """Adds noise to images, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    deviation: float = field(default=0.05, validator=ge(0.0), help="Standard deviation of the noise, for pixels 0 to 1")

    def cls(self) -> type[Noise]:
        """Return the processor's class."""
        from examples.tutorial.full.processors import Noise

        return Noise


@params(name="Confidence")
class ConfidenceParams(DataProcessorParams):
    """Tells how sure the model is of a prediction."""

    threshold: float = field(
        default=0.5, validator=and_(ge(0.0), le(1.0)), help="Lowest probability of a sure prediction"
    )

    def cls(self) -> type[Confidence]:
        """Return the processor's class."""
        from examples.tutorial.full.processors import Confidence

        return Confidence
