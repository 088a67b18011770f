"""From the path of an image to a sample's arrays; this runs in the worker processes."""

import numpy as np
from PIL import Image

from tfaip.pipeline import DataError, MappingDataProcessor, Sample
from tfaip.templates.images.params import FindClassParams, FlipParams, ReadImageParams, TemplateDataParams


class ReadImage(MappingDataProcessor[ReadImageParams]):
    """Reads the file of an image, uint8 (size, size, 3)."""

    data_params: TemplateDataParams

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with the image as its input."""
        path, size = sample.inputs["img"], self.data_params.size
        try:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB").resize((size, size)), np.uint8)
        except OSError as error:
            raise DataError(f"{path} cannot be read as an image: {error}") from error
        return sample.new_inputs({"img": pixels})


class Flip(MappingDataProcessor[FlipParams]):
    """Flips some images; random numbers come from the sample, so that a run can be repeated."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its image as it is, or flipped."""
        if sample.rng.random() >= self.params.probability:
            return sample
        return sample.new_inputs({"img": sample.inputs["img"][:, ::-1]})


class FindClass(MappingDataProcessor[FindClassParams]):
    """Finds the number of a class by its name, int64 (1,)."""

    data_params: TemplateDataParams

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its class as its target."""
        name, classes = sample.targets["class"], self.data_params.classes
        if name not in classes:
            raise DataError(
                f"{sample.meta['path']} must be of a class of the training ({', '.join(classes)}), got {name}"
            )
        return sample.new_targets({"class": np.array([classes.index(name)])})
