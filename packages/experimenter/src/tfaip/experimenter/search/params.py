"""The parameters of searches: the sampler of values, and the pruner that ends runs early."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from attrs.validators import ge

from tfaip.params import Creates, field, params

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

__all__ = ["PrunerParams", "SamplerParams", "SearchParams"]

T = TypeVar("T")


def _made(kind: Callable[..., T], **arguments: Any) -> T:
    """Make a part of Optuna, without its notices of arguments that may change in later versions."""
    from optuna.exceptions import ExperimentalWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return kind(**arguments)


@params(group="tfaip.samplers")
class SamplerParams(Creates["BaseSampler"]):
    """Base of the parameters of samplers; `cls` names a sampler of Optuna."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the sampler, apart from the seed."""
        return {}

    def create(self, seed: int) -> BaseSampler:
        """Make the sampler of one trial.

        Args:
            seed: Seed of the trial.
        """
        return _made(self.cls(), **self.arguments(), seed=seed)


@params(name="tpe")
class TPESamplerParams(SamplerParams):
    """Sample near the best trials: the tree-structured Parzen estimator (Bergstra et al. 2011)."""

    startup_trials: int = field(default=10, validator=ge(1), help="Number of trials with random values before")

    def cls(self) -> type[BaseSampler]:
        """Return `optuna.samplers.TPESampler`."""
        from optuna.samplers import TPESampler

        return TPESampler

    def arguments(self) -> dict[str, Any]:
        """Return the number of random trials; running trials count as bad ones, so that others differ from them."""
        return {"n_startup_trials": self.startup_trials, "constant_liar": True}


@params(name="random")
class RandomSamplerParams(SamplerParams):
    """Sample at random, each trial independent of all others."""

    def cls(self) -> type[BaseSampler]:
        """Return `optuna.samplers.RandomSampler`."""
        from optuna.samplers import RandomSampler

        return RandomSampler


@params(group="tfaip.pruners")
class PrunerParams(Creates["BasePruner"]):
    """Base of the parameters of pruners; `cls` names a pruner of Optuna."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the pruner."""
        return {}

    def create(self) -> BasePruner:
        """Make the pruner."""
        return _made(self.cls(), **self.arguments())


@params(name="median")
class MedianPrunerParams(PrunerParams):
    """End a run whose best epoch so far is worse than the median of the others at the same epoch."""

    startup_trials: int = field(default=4, validator=ge(1), help="Number of trials that run to their end before")
    warmup_epochs: int = field(default=1, validator=ge(0), help="Epochs of each trial before it may be ended")

    def cls(self) -> type[BasePruner]:
        """Return `optuna.pruners.MedianPruner`."""
        from optuna.pruners import MedianPruner

        return MedianPruner

    def arguments(self) -> dict[str, Any]:
        """Return the numbers of trials and epochs before."""
        return {"n_startup_trials": self.startup_trials, "n_warmup_steps": self.warmup_epochs}


@params(name="halving")
class HalvingPrunerParams(PrunerParams):
    """End all but the best part of the runs, after more and more epochs: successive halving (Li et al. 2020)."""

    min_epochs: int = field(default=1, validator=ge(1), help="Epochs before the first choice")
    factor: int = field(
        default=4, validator=ge(2), help="The best of so many runs goes on, for so many times the epochs"
    )

    def cls(self) -> type[BasePruner]:
        """Return `optuna.pruners.SuccessiveHalvingPruner`."""
        from optuna.pruners import SuccessiveHalvingPruner

        return SuccessiveHalvingPruner

    def arguments(self) -> dict[str, Any]:
        """Return the first epoch that counts, and the factor."""
        return {"min_resource": self.min_epochs, "reduction_factor": self.factor}


@params(name="none")
class NoPrunerParams(PrunerParams):
    """Let all runs go to their end."""

    def cls(self) -> type[BasePruner]:
        """Return `optuna.pruners.NopPruner`."""
        from optuna.pruners import NopPruner

        return NopPruner


@params
class SearchParams:
    """How the rows with TRIALS are searched."""

    seed: int = field(default=0, validator=ge(0), help="Seed of the values: the same trials for the same seed")
    sampler: SamplerParams = field(
        factory=TPESamplerParams,
        choices=[TPESamplerParams, RandomSamplerParams],
        help="Sampler of the values; module:Class selects your own",
    )
    pruner: PrunerParams = field(
        factory=MedianPrunerParams,
        choices=[MedianPrunerParams, HalvingPrunerParams, NoPrunerParams],
        help="Pruner that ends runs early; module:Class selects your own",
    )
