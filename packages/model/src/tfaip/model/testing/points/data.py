"""Data of the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfaip.model.testing.points.params import (
    DirectionNameParams,
    JitterParams,
    PointsDataParams,
    PointsGeneratorParams,
)
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataGenerator,
    MappingDataProcessor,
    PipelineMode,
    Sample,
)
from tfaip.pipeline.text_files import read_lines

__all__ = ["DIRECTIONS", "DirectionName", "Jitter", "PointsData", "PointsGenerator"]

DIRECTIONS = ("north", "south-east", "south-west")


class PointsData(DataBase[PointsDataParams]):
    """A point, float32 (2,), and its direction, int64 (1,)."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"point": ArraySpec((2,), np.float32)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"direction": ArraySpec((1,), np.int64)}


class PointsGenerator(DataGenerator[PointsGeneratorParams]):
    """Points around the three corners of a triangle."""

    def __init__(self, mode: PipelineMode, params: PointsGeneratorParams) -> None:
        super().__init__(mode, params)
        random = np.random.default_rng(params.seed)
        angles = np.pi / 2 - 2 * np.pi / 3 * np.arange(3)
        corners = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        self._directions = random.integers(0, 3, params.count)
        self._points = (corners[self._directions] + random.normal(0, 0.3, (params.count, 2))).astype(np.float32)

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return Sample(
            inputs={"point": self._points[index]},
            targets={"direction": self._directions[index : index + 1]},
            meta={"index": int(index)},
        )


class Jitter(MappingDataProcessor[JitterParams]):
    """Adds noise from the sample's own random generator."""

    def supports_preload(self) -> bool:
        """Return False: each pass over the data moves the points anew."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its point moved."""
        noise = sample.rng.normal(0, self.params.scale, 2).astype(np.float32)
        return sample.new_inputs({"point": sample.inputs["point"] + noise})


class DirectionName(MappingDataProcessor[DirectionNameParams]):
    """Adds the name of the predicted direction to the outputs."""

    def __init__(self, params: DirectionNameParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self._names: Sequence[str] = DIRECTIONS
        if params.names:
            self._names = read_lines(data_params.resource_path(params.names))

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with the output `name`."""
        if sample.outputs is None:
            return sample
        outputs: dict[str, Any] = {**sample.outputs, "name": self._names[int(sample.outputs["class"])]}
        return sample.new_outputs(outputs)
