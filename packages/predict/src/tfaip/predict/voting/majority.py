"""Voting by majority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.params import field, params
from tfaip.pipeline import Sample
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.voting.outputs import values_of
from tfaip.predict.voting.voter import MultiModelVoter, VoterParams

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["MajorityVoter", "MajorityVoterParams"]


@params(name="Majority")
class MajorityVoterParams(VoterParams):
    """The output that most models give."""

    label: str = field(default="class", help="Output that is voted on: a class, a text, an array")

    def cls(self) -> type[MajorityVoter]:
        """Return the voter's class."""
        return MajorityVoter


class MajorityVoter(MultiModelVoter):
    """Takes the outputs of the first model with the most frequent label. In a tie, the earlier label wins.

    Args:
        params: Which output.
        models: The number of models.
    """

    def vote(self, sample: Sample) -> Sample:
        """Return the sample with the outputs of the first model of the majority."""
        votes = [_comparable(value) for value in values_of(sample.outputs, self.params.label, "voter.label")]
        # `max` takes the first one of equals.
        return sample.new_outputs(dict(sample.outputs[votes.index(max(votes, key=votes.count))]))


def _comparable(value: Any) -> Any:
    array = np.asarray(value)
    return (array.shape, array.tolist()) if array.dtype != object else value
