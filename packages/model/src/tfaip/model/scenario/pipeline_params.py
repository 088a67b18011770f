"""Where training and validation take their samples from.

These classes stand here and not in the trainer, because a scenario's parameters name them and have to be readable where
only prediction is installed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs.validators import ge

from tfaip.params import TYPE_ARGUMENT, field, params
from tfaip.pipeline import DataGeneratorParams, DataPipelineParams, PipelineMode
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.splitting.part_params import PartParams

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

__all__ = [
    "PipelineSetup",
    "TTrainGeneratorParams",
    "TTrainerPipelineParams",
    "TValGeneratorParams",
    "TrainerPipelineParams",
    "TrainerPipelineParamsBase",
]

TTrainGeneratorParams = TypeVar("TTrainGeneratorParams", bound=DataGeneratorParams)
TValGeneratorParams = TypeVar("TValGeneratorParams", bound=DataGeneratorParams)


@params(former_tags=["tfaip.trainer.params:TrainerPipelines"])
class PipelineSetup:
    """How the pipelines of training and validation batch and parallelise."""

    train: DataPipelineParams = field(
        factory=DataPipelineParams, mode="flat", fixed_class=True, help="Pipeline of the training"
    )
    val: DataPipelineParams = field(
        basic=False,
        factory=DataPipelineParams,
        mode="flat",
        fixed_class=True,
        help="Pipeline of the validation",
    )


@params
class TrainerPipelineParamsBase(ABC, Generic[TTrainGeneratorParams, TValGeneratorParams]):
    """Base of the parameters of training's and validation's samples."""

    setup: PipelineSetup = field(factory=PipelineSetup, fixed_class=True, help="Batching and processes")

    validation_split: float = field(
        basic=True,
        default=0.0,
        mode="flat",
        help="Fraction of the training samples to hold out for validation; 0: none",
    )
    validation_split_seed: int = field(default=0, mode="flat", validator=ge(0), help="Seed of the split")
    validation_split_by: str = field(
        default="", mode="flat", help="Target or meta with the class of a sample, for a stratified split"
    )
    validation_folds: int = field(
        default=0,
        mode="flat",
        validator=ge(0),
        help="Number of folds of a cross-validation, instead of a fraction; 0: none",
    )
    validation_fold: int = field(
        default=0, mode="flat", validator=ge(0), help="Fold that is held out and validated, from 0"
    )

    @abstractmethod
    def train_gen(self) -> TTrainGeneratorParams:
        """Return the generator of the training samples."""

    @abstractmethod
    def val_gen(self) -> TValGeneratorParams | None:
        """Return the generator of the validation samples; `None` for no validation."""

    def lav_gen(self) -> Iterable[DataGeneratorParams]:
        """Return a generator for each data set that is loaded and validated during training; by default none."""
        return ()

    # Methods that you call.

    def training_samples(self) -> DataGeneratorParams:
        """Return the generator of the samples that are trained on: `train_gen`, without the samples held out."""
        return self.__part(held_out=False) if self._is_split() else self.train_gen()

    def validation_samples(self) -> DataGeneratorParams | None:
        """Return the generator of the samples that are validated: `val_gen`, or the samples held out.

        Raises:
            DefinitionError: There are samples of both, or the split can't be.
        """
        return self.__part(held_out=True) if self._is_split() else self.val_gen()

    def _is_split(self) -> bool:
        if not self.validation_split and not self.validation_folds:
            return False
        # A fraction is checked by itself, also where samples are not read yet.
        if not self.validation_folds and not 0 < self.validation_split < 1:
            raise DefinitionError(
                f"validation_split must be a fraction above 0 and below 1, or 0 for none, got {self.validation_split}"
            )
        if self.validation_folds and self.validation_split:
            raise DefinitionError(
                "validation_split and validation_folds exclude each other: set one of them to 0, got "
                f"{self.validation_split} and {self.validation_folds}"
            )
        if self.validation_folds and not self.validation_fold < self.validation_folds:
            raise DefinitionError(
                f"validation_fold must be below validation_folds, {self.validation_folds}, got {self.validation_fold}"
            )
        self._require_no_validation()
        return True

    def _require_no_validation(self) -> None:
        """Refuse validation samples that a split would replace, where they were named; the base has nothing."""

    def __part(self, *, held_out: bool) -> PartParams:
        return PartParams(
            whole=self.train_gen(),
            held_out=held_out,
            fraction=self.validation_split,
            folds=self.validation_folds,
            fold=self.validation_fold,
            seed=self.validation_split_seed,
            stratify=self.validation_split_by,
        )

    def require_files(self, *, lav: bool = False) -> None:
        """Refuse files that are named and missing.

        Args:
            lav: Whether the data sets of `lav_gen` are needed.

        Raises:
            DataError: A file is missing, or can't be read.
        """
        self.training_samples().require_files(PipelineMode.TRAINING)
        validated = [self.validation_samples(), *(self.lav_gen() if lav else ())]
        for generator in validated:
            if generator is not None:
                generator.require_files(PipelineMode.EVALUATION)


if TYPE_CHECKING:  # as `TScenarioParams`
    TTrainerPipelineParams = TypeVarWithDefault(
        "TTrainerPipelineParams",
        bound=TrainerPipelineParamsBase[Any, Any],
        default=TrainerPipelineParamsBase[Any, Any],
        covariant=True,
    )
else:
    TTrainerPipelineParams = TypeVar(
        "TTrainerPipelineParams", bound=TrainerPipelineParamsBase[Any, Any], covariant=True
    )
    """Where a training takes its samples from."""


@params(former_tags=["tfaip.trainer.params:TrainerPipelineParams"])
class TrainerPipelineParams(TrainerPipelineParamsBase[TTrainGeneratorParams, TValGeneratorParams]):
    """One generator for training and one for validation, each with its own parameters."""

    train: TTrainGeneratorParams = field(default=TYPE_ARGUMENT, mode="flat", help="Samples of the training")
    val: TValGeneratorParams = field(default=TYPE_ARGUMENT, mode="flat", help="Samples of the validation")

    def train_gen(self) -> TTrainGeneratorParams:
        """Return the generator of the training samples."""
        return self.train

    def val_gen(self) -> TValGeneratorParams | None:
        """Return the generator of the validation samples."""
        return self.val

    def _require_no_validation(self) -> None:
        if self.val != type(self)().val:
            raise DefinitionError(
                "validation_split takes validation samples from the training samples, but validation samples are named "
                f"too: leave out one of them, got {shorten(repr(self.val), 200)}"
            )
