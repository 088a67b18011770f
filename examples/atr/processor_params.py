"""Parameters of the processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import and_, ge, lt

from tfaip.params import field, params
from tfaip.pipeline import INPUT_PROCESSOR, TARGETS_PROCESSOR, DataProcessorParams, PipelineMode

if TYPE_CHECKING:
    from examples.atr.processors import DecodeText, DistortLine, EncodeText, LoadLine


@params(name="LoadLine")
class LoadLineParams(DataProcessorParams):
    """Reads the image of a line and scales it to the height of all lines."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[LoadLine]:
        """Return the processor's class."""
        from examples.atr.processors import LoadLine

        return LoadLine


@params(name="DistortLine")
class DistortLineParams(DataProcessorParams):
    """Stretches, thins and thickens lines and adds noise, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    stretch: float = field(
        default=0.1, validator=and_(ge(0.0), lt(0.5)), help="Largest change of a line's length, as a fraction"
    )
    noise: float = field(default=10.0, validator=ge(0.0), help="Standard deviation of the noise, for pixels 0 to 255")

    def cls(self) -> type[DistortLine]:
        """Return the processor's class."""
        from examples.atr.processors import DistortLine

        return DistortLine


@params(name="EncodeText")
class EncodeTextParams(DataProcessorParams):
    """Turns a text into labels."""

    modes: set[PipelineMode] = field(factory=lambda: set(TARGETS_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[EncodeText]:
        """Return the processor's class."""
        from examples.atr.processors import EncodeText

        return EncodeText


@params(name="DecodeText")
class DecodeTextParams(DataProcessorParams):
    """Reads a text in the probabilities of the labels."""

    beam_width: int = field(
        default=1, validator=ge(1), help="Prefixes that are kept by the beam search; 1: the best label of each step"
    )

    def cls(self) -> type[DecodeText]:
        """Return the processor's class."""
        from examples.atr.processors import DecodeText

        return DecodeText
