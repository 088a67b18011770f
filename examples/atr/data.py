"""The content of a sample where it reaches the network."""

from typing import Any

import numpy as np

from examples.atr.params import ATRDataParams
from tfaip.pipeline import ArraySpec, DataBase


class ATRData(DataBase[ATRDataParams]):
    """A line, with as many columns as it is long, and the labels of its text."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"line": ArraySpec((None, self.params.height), np.uint8), "columns": ArraySpec((1,), np.int64)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"labels": ArraySpec((None,), np.int64), "length": ArraySpec((1,), np.int64)}

    def _padding_values(self) -> dict[str, Any]:
        return {"line": 0, "labels": 0}  # paper, and no character
