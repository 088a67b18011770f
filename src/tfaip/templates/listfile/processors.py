"""From a line of a list to a sample's arrays; this runs in the worker processes."""

from pathlib import Path

import numpy as np

from tfaip.pipeline import DataError, MappingDataProcessor, Sample
from tfaip.templates.listfile.params import ReadClassParams, ReadFileParams


class ReadFile(MappingDataProcessor[ReadFileParams]):
    """Reads the file; its path goes into the meta, which predictions carry along."""

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with the file's content as its input."""
        try:
            point = np.load(sample.inputs)
        except (OSError, ValueError) as error:
            raise DataError(f"{sample.inputs} cannot be read: {error}") from error
        return sample.new_inputs({"point": point.astype(np.float32)}).new_meta({"path": sample.inputs})


class ReadClass(MappingDataProcessor[ReadClassParams]):
    """Finds the class by the folder of the file."""

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its class as its target."""
        folder, classes = Path(sample.targets).parent.name, self.params.classes
        if folder not in classes:
            raise DataError(f"{sample.targets} must lie in a folder named {' or '.join(classes)}, got {folder!r}")
        return sample.new_targets({"class": np.array([classes.index(folder)])})
