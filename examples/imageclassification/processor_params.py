"""Parameters of the processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import and_, ge, le, lt

from tfaip.params import field, params
from tfaip.pipeline import INPUT_PROCESSOR, TARGETS_PROCESSOR, DataProcessorParams, PipelineMode

if TYPE_CHECKING:
    from examples.imageclassification.processors import Augment, ClassIndex, LoadImage


@params(name="LoadImage")
class LoadImageParams(DataProcessorParams):
    """Decodes an image file and resizes it."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[LoadImage]:
        """Return the processor's class."""
        from examples.imageclassification.processors import LoadImage

        return LoadImage


@params(name="Augment")
class AugmentParams(DataProcessorParams):
    """Mirrors, crops and lights images anew, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    crop: float = field(default=0.3, validator=and_(ge(0.0), lt(1.0)), help="Largest fraction of each side to cut off")
    brightness: float = field(
        default=0.2, validator=and_(ge(0.0), le(1.0)), help="Largest change of all pixels' brightness"
    )

    def cls(self) -> type[Augment]:
        """Return the processor's class."""
        from examples.imageclassification.processors import Augment

        return Augment


@params(name="ClassIndex")
class ClassIndexParams(DataProcessorParams):
    """Turns the name of a class into its number."""

    modes: set[PipelineMode] = field(factory=lambda: set(TARGETS_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[ClassIndex]:
        """Return the processor's class."""
        from examples.imageclassification.processors import ClassIndex

        return ClassIndex
