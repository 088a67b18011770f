"""`PartParams`: the parameters of a generator of one part of another generator's samples.

Internal API between the packages.
"""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.hooks import call_user_code

__all__ = ["PartParams"]


@params
class PartParams(DataGeneratorParams):
    """A hold-out set or a fold of the samples of a generator, or all others.

    It is made when a training begins, and never stored: a run stores the parameters that it follows from.
    """

    whole: DataGeneratorParams = field(mode="ignore", help="Generator of all samples")
    held_out: bool = field(default=False, mode="ignore", help="The samples that are held out, or all others")
    fraction: float = field(default=0.0, mode="ignore", help="Fraction of the samples that is held out")
    folds: int = field(default=0, mode="ignore", help="Number of folds; 0: a fraction is held out")
    fold: int = field(default=0, mode="ignore", help="Fold that is held out, from 0")
    seed: int = field(default=0, mode="ignore", help="Seed of the split")
    stratify: str = field(default="", mode="ignore", help="Target or meta with the class of a sample")
    indices: Any = field(default=None, mode="ignore", help="The indices of the part, int64, once they are known")

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator of all samples."""
        return self.whole.cls()

    def create(self, mode: PipelineMode) -> DataGenerator[Any]:
        """Make the generator of the part.

        Raises:
            DefinitionError: The samples can't be split by index.
        """
        from tfaip.pipeline.splitting.part import part_of

        return part_of(self, mode)

    def require_files(self, mode: PipelineMode) -> None:
        """Refuse files that are named and missing."""
        self.whole.require_files(mode)

    def of_whole(self, mode: PipelineMode) -> DataGenerator[Any]:
        """Make the generator of all samples."""
        return call_user_code(self.whole.create, mode)
