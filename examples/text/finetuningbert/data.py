"""The content of a sample where it reaches the network."""

import numpy as np

from examples.text.finetuningbert.params import PairDataParams
from tfaip.pipeline import ArraySpec, DataBase


class PairData(DataBase[PairDataParams]):
    """The pieces of both sentences, to which of them each belongs, and whether the sentences are equivalent."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {name: ArraySpec((None,), np.int32) for name in ("tokens", "segments", "mask")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"gt": ArraySpec((1,), np.int64)}
