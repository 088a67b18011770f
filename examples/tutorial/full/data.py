"""The content of a sample where it reaches the network."""

import numpy as np

from examples.tutorial.full.params import TutorialFullDataParams
from tfaip.pipeline import ArraySpec, DataBase


class TutorialFullData(DataBase[TutorialFullDataParams]):
    """One image, its pixels from 0 to 1, and its class."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"img": ArraySpec((28, 28), np.float32)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"gt": ArraySpec((1,), np.int64)}
