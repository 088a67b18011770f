"""Images from files, for the prediction."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from examples.tutorial.full.generator_params import DigitsOrFilesParams
from examples.tutorial.min.data import TutorialGenerator
from tfaip.pipeline import DataError, PipelineMode, Sample
from tfaip.pipeline.text_files import expand_globs


class DigitsOrFiles(TutorialGenerator):
    """Image files if any are named, else the digits of the data set."""

    params: DigitsOrFilesParams

    def __init__(self, mode: PipelineMode, params: DigitsOrFilesParams) -> None:
        self.files = expand_globs(params.image_files)
        if not self.files:
            super().__init__(mode, params)
            return
        self.mode, self.params = mode, params
        if mode.needs_targets:
            raise DataError("image_files hold no classes: they can be predicted, but neither trained nor evaluated on")

    def __len__(self) -> int:
        return len(self.files) or super().__len__()

    def __getitem__(self, index: int) -> Sample:
        if not self.files:
            return super().__getitem__(index)
        path = self.files[index]
        return Sample(inputs={"img": read_digit(path, self.params.dark_on_light)}, meta={"path": str(path)})


def read_digit(path: Path, dark_on_light: bool) -> np.ndarray:
    """Return the image at `path` as the data sets hold theirs: uint8 (28, 28), light on dark.

    Raises:
        DataError: It can't be read as an image.
    """
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L").resize((28, 28)), np.uint8)
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{path} cannot be read as an image: {error}") from error
    return 255 - pixels if dark_on_light else pixels
