"""The content of a sample where it reaches the network."""

import numpy as np

from examples.imageclassification.params import ImageDataParams
from tfaip.pipeline import ArraySpec, DataBase


class ImageData(DataBase[ImageDataParams]):
    """An image, its pixels from 0 to 255, and its class."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"img": ArraySpec((self.params.height, self.params.width, 3), np.uint8)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"gt": ArraySpec((1,), np.int64)}
