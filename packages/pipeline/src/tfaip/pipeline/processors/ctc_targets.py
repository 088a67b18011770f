"""`CTCTargets`: finds samples that no training with CTC can learn.

CTC (Graves et al., 2006) needs a frame of the output for each label, and one more for the blank between two equal
neighbours. The loss of Keras is finite where there are fewer frames, so that such a sample would train on unnoticed.
"""

from __future__ import annotations

import numpy as np

from tfaip.pipeline.data.processor import MappingDataProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import UnusableSampleError
from tfaip.pipeline.processors.ctc_targets_params import CTCTargetsParams

__all__ = ["CTCTargets", "ctc_frames_needed"]


def ctc_frames_needed(labels: np.ndarray) -> int:
    """The least number of output frames that CTC can align with labels, integers of shape (labels,)."""
    return len(labels) + int(np.count_nonzero(labels[1:] == labels[:-1]))


class CTCTargets(MappingDataProcessor[CTCTargetsParams]):
    """Leaves a sample out, by an `UnusableSampleError`, where CTC can't align its labels with the output's frames."""

    thread_safe = True

    def frames(self, sample: Sample) -> int:
        """Hook: the number of output frames; here the length of the input by the downsampling, rounded up."""
        return -(-len(sample.inputs[self.params.inputs]) // self.params.downsampling)

    def labels(self, sample: Sample) -> np.ndarray:
        """Hook: the labels without padding, integers of shape (labels,)."""
        return np.asarray(sample.targets[self.params.labels])

    def apply(self, sample: Sample) -> Sample:
        """The sample as it is.

        Raises:
            UnusableSampleError: It needs more frames than it has.
        """
        labels, frames = self.labels(sample), self.frames(sample)
        needed = ctc_frames_needed(labels)
        if needed > frames:
            raise UnusableSampleError(
                f"CTC must have a frame for each label and one between two equal neighbours, {needed} for these "
                f"{len(labels)} labels, but the input gives {frames}: mend the transcript, or use less downsampling"
            )
        return sample
