"""Steps that samples go through, in plain NumPy; they run in the worker processes."""

import numpy as np

from tfaip.pipeline import MappingDataProcessor, Sample
from tfaip.templates.general.params import JitterParams


class Jitter(MappingDataProcessor[JitterParams]):
    """Moves each point a little; random numbers come from the sample, so that a run can be repeated."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its point moved."""
        moved = sample.inputs["point"] + sample.rng.normal(0, self.params.deviation, 2)
        return sample.new_inputs({"point": moved.astype(np.float32)})
