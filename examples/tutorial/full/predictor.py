"""Prediction with several bundles, which vote in a way of their own."""

import numpy as np

from tfaip.pipeline import Sample
from tfaip.predict import MeanVoterParams, MultiModelPredictor, MultiModelVoter


class TutorialFullVoter(MultiModelVoter):
    """Averages all that the models are sure of: the classes, and whether the digit is even."""

    def __init__(self, models: int) -> None:
        super().__init__(models=models)
        self._classes = MeanVoterParams().create(models)

    def vote(self, sample: Sample) -> Sample:
        """Return the sample with the outputs that the models agree on."""
        voted = self._classes.vote(sample)
        even = np.mean([outputs["even"] for outputs in sample.outputs], axis=0)
        return voted.new_outputs({**voted.outputs, "even": even, "confidence": float(voted.outputs["pred"].max())})


class TutorialFullMultiPredictor(MultiModelPredictor):
    """Lets the models of several bundles vote."""

    def create_voter(self) -> TutorialFullVoter:
        """Make the voter."""
        return TutorialFullVoter(len(self._models))
