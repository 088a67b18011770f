"""The arrays of a sample."""

import numpy as np

from tfaip.pipeline import ArraySpec, DataBase
from tfaip.templates.listfile.params import TemplateDataParams


class TemplateData(DataBase[TemplateDataParams]):
    """Names the arrays of one sample, with their shapes (without batch axis) and types."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"point": ArraySpec((2,), np.float32)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"class": ArraySpec((1,), np.int64)}
