"""The arrays of a sample, and the source of the samples."""

import numpy as np

from tfaip.pipeline import ArraySpec, DataBase, DataGenerator, PipelineMode, Sample
from tfaip.templates.general.params import TemplateDataParams, TemplateGeneratorParams


class TemplateData(DataBase[TemplateDataParams]):
    """Names the arrays of one sample, with their shapes (without batch axis) and types."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"point": ArraySpec((2,), np.float32)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"class": ArraySpec((1,), np.int64)}


class TemplateGenerator(DataGenerator[TemplateGeneratorParams]):
    """Makes the samples: points in a square. Points in a ring have class 1.

    Slow steps (opening a file, decoding it) belong into `__getitem__`, which runs in the worker processes.
    A prediction needs no targets: leave them out where `self.mode.needs_targets` is false and they are not known.
    """

    def __init__(self, mode: PipelineMode, params: TemplateGeneratorParams) -> None:
        super().__init__(mode, params)
        rng = np.random.default_rng(params.seed)
        self.points = rng.uniform(-1, 1, (params.count, 2)).astype(np.float32)
        radius = np.linalg.norm(self.points, axis=-1)
        self.classes = ((radius > 0.4) & (radius < 0.9)).astype(np.int64)

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return Sample(
            inputs={"point": self.points[index]},
            targets={"class": self.classes[index : index + 1]},
            meta={"index": index},
        )
