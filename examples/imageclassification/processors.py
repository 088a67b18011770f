"""The pre-processing of images, in plain Python."""

from typing import Any

import numpy as np
from PIL import Image

from examples.imageclassification.params import ImageDataParams
from examples.imageclassification.processor_params import AugmentParams, ClassIndexParams, LoadImageParams
from tfaip.pipeline import DataError, MappingDataProcessor, PipelineMode, Sample


class LoadImage(MappingDataProcessor[LoadImageParams]):
    """From a path, or an image that is in memory, to uint8 (height, width, 3)."""

    data_params: ImageDataParams

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample.

        Raises:
            DataError: The file can't be read as an image.
        """
        image = sample.inputs["img"]
        if isinstance(image, np.ndarray):
            return sample.new_inputs({"img": self._resized(Image.fromarray(image))})
        try:
            with Image.open(image) as opened:
                return sample.new_inputs({"img": self._resized(opened)})
        except OSError as error:
            raise DataError(f"{image} cannot be read as an image: {error}") from error

    def _resized(self, image: Any) -> np.ndarray:
        size = (self.data_params.width, self.data_params.height)
        return np.asarray(image.convert("RGB").resize(size, Image.Resampling.BILINEAR), np.uint8)


class Augment(MappingDataProcessor[AugmentParams]):
    """Another view of the same thing, by the sample's own random numbers."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        pixels = sample.inputs["img"]
        rng = sample.rng
        height, width, _ = pixels.shape
        kept = 1 - rng.uniform(0, self.params.crop)
        left, top = rng.uniform(0, 1 - kept, 2)
        box = (left * width, top * height, (left + kept) * width, (top + kept) * height)
        image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR, box=box)
        pixels = np.asarray(image)[:, ::-1] if rng.random() < 0.5 else np.asarray(image)
        light = rng.uniform(-self.params.brightness, self.params.brightness) * 255
        return sample.new_inputs({"img": np.clip(pixels + light, 0, 255).astype(np.uint8)})


class ClassIndex(MappingDataProcessor[ClassIndexParams]):
    """The class as int64 (1,), its place among the names of the classes."""

    data_params: ImageDataParams

    def __init__(self, params: ClassIndexParams, data_params: ImageDataParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.numbers = {name: number for number, name in enumerate(data_params.classes)}

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample.

        Raises:
            DataError: The class is none of those that the model knows.
        """
        name = sample.targets["class"]
        if name not in self.numbers:
            raise DataError(
                f"the class of {sample.meta['path']} must be one of {', '.join(self.numbers)}, got {name}: "
                "images of a class lie in a folder of its name"
            )
        return sample.new_targets({"gt": np.array([self.numbers[name]], np.int64)})
