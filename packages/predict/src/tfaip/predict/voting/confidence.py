"""Voting on sequences, label by label, by confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tfaip.params import field, params
from tfaip.pipeline import Sample
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.errors import PredictionError
from tfaip.predict.voting.alignment import GAP, aligned
from tfaip.predict.voting.outputs import values_of
from tfaip.predict.voting.voter import MultiModelVoter, VoterParams

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["ConfidenceVoter", "ConfidenceVoterParams"]


@params(name="Confidence")
class ConfidenceVoterParams(VoterParams):
    """Sequences that may differ in length, voted on label by label."""

    sequence: str = field(default="sequence", help="Output with the sequence: a text, a list or an array of labels")
    confidence: str = field(default="confidence", help="Output with the confidence of each label, from 0 to 1")

    def cls(self) -> type[ConfidenceVoter]:
        """Return the voter's class."""
        return ConfidenceVoter


class ConfidenceVoter(MultiModelVoter):
    """Aligns the sequences of the models, and takes at each place what has the highest sum of confidences.

    A model that has nothing at a place votes for nothing there, with the mean of the confidences of its neighbours
    (Fiscus 1997, "A post-processing system to yield reduced word error rates: ROVER"). The confidence of a label that
    was chosen is its sum over the number of models. The other outputs are those of the model whose sequence is the
    nearest to the one that was voted.

    Args:
        params: Which outputs.
        models: The number of models.
    """

    def vote(self, sample: Sample) -> Sample:
        """Return the sample with the voted sequence, of the type that the models give, and its confidences."""
        params = self.params
        sequences = values_of(sample.outputs, params.sequence, "voter.sequence")
        confidences = [
            np.asarray(value, np.float64) for value in values_of(sample.outputs, params.confidence, "voter.confidence")
        ]
        for number, (sequence, confidence) in enumerate(zip(sequences, confidences, strict=True)):
            if confidence.shape != (len(sequence),):
                raise PredictionError(
                    f"voter.confidence must name an output with one number for each label, got the shape "
                    f"{confidence.shape} for the {len(sequence)} labels of model {number}"
                )
        labels = [_labels(sequence) for sequence in sequences]
        rows = aligned(labels)
        filled = [_with_gaps(row, confidence) for row, confidence in zip(rows, confidences, strict=True)]
        voted, sums = _voted(rows, filled)
        nearest = max(range(len(rows)), key=lambda number: _agreement(rows[number], voted))
        kept = [place for place, label in enumerate(voted) if label is not GAP]
        outputs = dict(sample.outputs[nearest])
        outputs[params.sequence] = _like(sequences[nearest], [voted[place] for place in kept])
        outputs[params.confidence] = np.array([sums[place] / len(rows) for place in kept], np.float32)
        return sample.new_outputs(outputs)


def _labels(sequence: Any) -> list[Any]:
    return sequence.tolist() if isinstance(sequence, np.ndarray) else list(sequence)


def _with_gaps(row: Sequence[Any], confidence: np.ndarray) -> list[float]:
    """The confidence at each place of an aligned row."""
    filled, used = [], 0
    for label in row:
        if label is GAP:
            neighbours = confidence[max(used - 1, 0) : used + 1]
            # A model without any label is as confident about this as any other model.
            filled.append(float(neighbours.mean()) if len(neighbours) else 1.0)
        else:
            filled.append(float(confidence[used]))
            used += 1
    return filled


def _voted(rows: Sequence[Sequence[Any]], confidences: Sequence[Sequence[float]]) -> tuple[list[Any], list[float]]:
    labels, sums = [], []
    for place, column in enumerate(zip(*rows, strict=True)):
        votes: dict[Any, float] = {}
        for number, label in enumerate(column):
            votes[label] = votes.get(label, 0.0) + confidences[number][place]
        label = max(votes, key=lambda label: votes[label])
        labels.append(label)
        sums.append(votes[label])
    return labels, sums


def _agreement(row: Sequence[Any], voted: Sequence[Any]) -> int:
    return sum(one == other for one, other in zip(row, voted, strict=True))


def _like(sequence: Any, labels: list[Any]) -> Any:
    if isinstance(sequence, str):
        return "".join(labels)
    return np.array(labels, sequence.dtype) if isinstance(sequence, np.ndarray) else type(sequence)(labels)
