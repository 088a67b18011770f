"""Voting by the mean of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.params import field, params
from tfaip.pipeline import Sample
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.voting.outputs import probabilities_of
from tfaip.predict.voting.voter import MultiModelVoter, VoterParams

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["MeanVoter", "MeanVoterParams"]


@params(name="Mean")
class MeanVoterParams(VoterParams):
    """The mean of the models' probabilities, and its most probable class."""

    probabilities: str = field(default="pred", help="Output with the probabilities, of shape (..., classes)")
    label: str = field(default="class", help="Output that gets the most probable class; empty: none")

    def cls(self) -> type[MeanVoter]:
        """Return the voter's class."""
        return MeanVoter


class MeanVoter(MultiModelVoter):
    """Averages the probabilities of the models.

    The other outputs are those of the model that gives the voted class the highest probability of its own, so that they
    fit the vote as well as any model's do.

    Args:
        params: Which outputs.
        models: The number of models.
    """

    def __init__(self, params: MeanVoterParams, models: int) -> None:
        super().__init__(params, models)
        self._weights = np.full(models, 1 / models)

    def vote(self, sample: Sample) -> Sample:
        """Return the sample with the weighted mean of the probabilities."""
        params = self.params
        of_models = probabilities_of(sample.outputs, params.probabilities, "voter.probabilities")
        mean = np.tensordot(self._weights, of_models, 1)
        label = mean.argmax(-1)
        own = np.take_along_axis(of_models, label[np.newaxis, ..., np.newaxis], -1)
        nearest = own.reshape(len(of_models), -1).mean(-1).argmax()
        outputs: dict[str, Any] = dict(sample.outputs[nearest])
        outputs[params.probabilities] = mean.astype(np.asarray(outputs[params.probabilities]).dtype)
        if params.label:
            outputs[params.label] = label.astype(np.asarray(outputs.get(params.label, label)).dtype)
        return sample.new_outputs(outputs)
