"""Where training and validation take their samples from.

These classes stand here and not in the trainer, because a scenario's parameters name them and have to be readable where
only prediction is installed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from tfaip.params import TYPE_ARGUMENT, field, params
from tfaip.pipeline import DataGeneratorParams, DataPipelineParams, PipelineMode

__all__ = ["PipelineSetup", "TrainerPipelineParams", "TrainerPipelineParamsBase"]

TTrainParams = TypeVar("TTrainParams", bound=DataGeneratorParams)
TValParams = TypeVar("TValParams", bound=DataGeneratorParams)


@params(former_tags=["tfaip.trainer.params:TrainerPipelines"])
class PipelineSetup:
    """How the pipelines of training and validation batch and parallelise."""

    train: DataPipelineParams = field(
        factory=DataPipelineParams, mode="flat", fixed_class=True, help="Pipeline of the training"
    )
    val: DataPipelineParams = field(
        factory=DataPipelineParams, mode="flat", fixed_class=True, help="Pipeline of the validation"
    )


@params
class TrainerPipelineParamsBase(ABC, Generic[TTrainParams, TValParams]):
    """Base of the parameters of training's and validation's samples."""

    setup: PipelineSetup = field(factory=PipelineSetup, fixed_class=True, help="Batching and processes")

    @abstractmethod
    def train_gen(self) -> TTrainParams:
        """Return the generator of the training samples."""

    @abstractmethod
    def val_gen(self) -> TValParams | None:
        """Return the generator of the validation samples; `None` for no validation."""

    def lav_gen(self) -> Iterable[DataGeneratorParams]:
        """Return a generator for each data set that is loaded and validated during training; by default none."""
        return ()

    def require_files(self, *, lav: bool = False) -> None:
        """Refuse files that are named and missing.

        Args:
            lav: Whether the data sets of `lav_gen` are needed.

        Raises:
            DataError: A file is missing, or can't be read.
        """
        self.train_gen().require_files(PipelineMode.TRAINING)
        validated = [self.val_gen(), *(self.lav_gen() if lav else ())]
        for generator in validated:
            if generator is not None:
                generator.require_files(PipelineMode.EVALUATION)


@params(former_tags=["tfaip.trainer.params:TrainerPipelineParams"])
class TrainerPipelineParams(TrainerPipelineParamsBase[TTrainParams, TValParams]):
    """One generator for training and one for validation, each with its own parameters."""

    train: TTrainParams = field(default=TYPE_ARGUMENT, mode="flat", help="Samples of the training")
    val: TValParams = field(default=TYPE_ARGUMENT, mode="flat", help="Samples of the validation")

    def train_gen(self) -> TTrainParams:
        """Return the generator of the training samples."""
        return self.train

    def val_gen(self) -> TValParams | None:
        """Return the generator of the validation samples."""
        return self.val
