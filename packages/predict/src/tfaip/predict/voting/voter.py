"""The base of voters: from the outputs of several models to one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tfaip.params import Creates, params
from tfaip.pipeline import Sample
from tfaip.pipeline.hooks import Hooked, hook, make

if TYPE_CHECKING:
    from tfaip.predict.predictor_base import LoadedModel

__all__ = ["MultiModelVoter", "VoterParams"]


@params(group="tfaip.voters")
class VoterParams(Creates["MultiModelVoter"]):
    """Base of the parameters of a voter. `cls` returns the class of the voter.

    Voters of other distributions join by the entry-point group `tfaip.voters`.
    """

    def create(self, models: int) -> MultiModelVoter:
        """Make the voter of so many models.

        Raises:
            PredictionError: The parameters do not fit the number of models.
        """
        return make(self.cls(), self, models)


class MultiModelVoter(Hooked, ABC):
    """Makes one sample of the outputs of several models. Your own voter needs only `vote`.

    Args:
        params: The parameters that made the voter, if there are some.
        models: The number of models.

    Attributes:
        loaded_models: The models in the order of a sample's outputs, each with its data, its bundle and the bundle's
            parameters: a voter may weigh them by these. The predictor sets it before the first vote.
    """

    loaded_models: tuple[LoadedModel, ...] = ()

    def __init__(self, params: Any = None, models: int = 0) -> None:
        self.params = params
        self.models = models

    @abstractmethod
    @hook
    def vote(self, sample: Sample) -> Sample:
        """Return the sample with the outputs that the models agree on.

        Args:
            sample: Its `outputs` are a list: for each model a dict of its post-processed outputs. Inputs, targets
                and meta are those of the first model.
        """

    @hook
    def finalize_sample(self, sample: Sample) -> Sample:
        """Return the final voted sample. Override it for work that must run once, after the vote."""
        return sample
