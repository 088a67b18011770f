"""How many samples an epoch has, as far as it is known before the first one; without TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

from tfaip.pipeline import DataPipeline
from tfaip.trainer.errors import EpochSizeError
from tfaip.trainer.params import TrainerParams

__all__ = ["EpochSize"]


@dataclass(frozen=True)
class EpochSize:
    """Samples of an epoch.

    Attributes:
        limit: Samples after which an epoch ends, `None` for the end of the pass.
        known: Samples of a pass; an upper bound if processors drop samples, `None` if the data doesn't tell.
        generated: Samples that the generator makes, before processors make several of one; `None` if it doesn't tell.
    """

    limit: int | None
    known: int | None
    generated: int | None

    @classmethod
    def of(cls, params: TrainerParams, pipeline: DataPipeline) -> EpochSize:
        """Return the size of an epoch on the data of `pipeline`.

        Raises:
            EpochSizeError: It is to be scaled, but isn't known.
        """
        known = pipeline.samples_per_epoch()
        return cls(_limit(params, known), known, pipeline.samples_of_generator())


def _limit(params: TrainerParams, known: int | None) -> int | None:
    if params.scale_epoch_size == 1:
        return params.samples_per_epoch
    samples = params.samples_per_epoch or known
    if samples is None:
        raise EpochSizeError(
            f"scale_epoch_size must be 1 where the generator does not tell how many samples it has, "
            f"got {params.scale_epoch_size}: set --trainer.samples_per_epoch"
        )
    return max(1, round(samples * params.scale_epoch_size))
