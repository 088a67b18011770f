"""From words to arrays and back."""

import numpy as np

from tfaip.pipeline import MappingDataProcessor


class Encode(MappingDataProcessor):
    def apply(self, sample):
        sample = sample.new_inputs({"x": np.asarray(sample.inputs, np.float32)})
        if not self.mode.needs_targets:
            return sample
        return sample.new_targets({"y": np.array([self.data_params.characters().index(sample.targets)], np.int64)})


class Decode(MappingDataProcessor):
    def apply(self, sample):
        if sample.outputs is None:
            return sample
        return sample.new_outputs(
            {**sample.outputs, "text": self.data_params.characters()[int(sample.outputs["class"])]}
        )
