"""Tiny samples without work: what is left is the engine itself. Workers import it by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from pipeline_cases import NumbersParams

from tfaip.params import params
from tfaip.pipeline import ArraySpec, DataBase, DataBaseParams, DataGenerator, Sample

_IMAGES = np.random.default_rng(0).integers(0, 256, (256, 28, 28), np.uint8)


@params
class ImagesParams(NumbersParams):
    """`count` images of 28 x 28 that are in memory already."""

    def cls(self) -> type[DataGenerator[Any]]:
        return Images


class Images(DataGenerator[ImagesParams]):
    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return Sample(inputs={"image": _IMAGES[index & 255]}, targets={"y": np.array([index])}, meta={"index": index})


@params
class TinyParams(DataBaseParams):
    def cls(self) -> type[DataBase[Any]]:
        return TinyData


class TinyData(DataBase[TinyParams]):
    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"image": ArraySpec((28, 28), "uint8")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}
