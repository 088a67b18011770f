"""The processors before and after the model, in plain NumPy."""

import numpy as np

from examples.tutorial.full.processor_params import (
    ConfidenceParams,
    NoiseParams,
    ScaleParams,
    ShiftParams,
)
from tfaip.pipeline import MappingDataProcessor, Sample


class Scale(MappingDataProcessor[ScaleParams]):
    """From uint8 pixels, 0 to 255, to float32 from 0 to 1."""

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        return sample.new_inputs({"img": sample.inputs["img"].astype(np.float32) / 255})


class Shift(MappingDataProcessor[ShiftParams]):
    """Moves the image by a random number of pixels; the uncovered border is black."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        most = self.params.pixels
        down, right = sample.rng.integers(-most, most + 1, 2)
        padded = np.pad(sample.inputs["img"], most)
        rows, columns = sample.inputs["img"].shape
        top, left = most - down, most - right
        return sample.new_inputs({"img": padded[top : top + rows, left : left + columns]})


class Noise(MappingDataProcessor[NoiseParams]):
    """Adds normally distributed noise to each pixel."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        image = sample.inputs["img"]
        noise = sample.rng.normal(0, self.params.deviation, image.shape)
        return sample.new_inputs({"img": np.clip(image + noise, 0, 1).astype(np.float32)})


class Confidence(MappingDataProcessor[ConfidenceParams]):
    """Tells how sure the model is: the probability of the class that it chose, or no class below the threshold."""

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        confidence = float(np.max(sample.outputs["pred"]))
        sure = confidence >= self.params.threshold
        return sample.new_outputs({**sample.outputs, "confidence": confidence, "sure": sure})
