"""The content of a sample where it reaches the network."""

import numpy as np

from examples.ner.params import NERDataParams
from tfaip.pipeline import ArraySpec, DataBase


class NERData(DataBase[NERDataParams]):
    """A sentence of any length, words of any length, and a tag for each word; padding is 0."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"words": ArraySpec((None,), np.int64), "characters": ArraySpec((None, None), np.int64)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"tags": ArraySpec((None,), np.int64)}
