"""The data of the benchmark of shards: what workers import."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.params import params
from tfaip.pipeline import ArraySpec, DataBase, DataBaseParams, DataPipeline, DataPipelineParams, PipelineMode
from tfaip.pipeline.generators import JSONLinesGeneratorParams, WebDatasetGeneratorParams

__all__ = ["SHAPES", "make_pipeline", "write"]

SHAPES = {"small": (28, 28), "large": (224, 224, 3), "json": (32,)}
"""The shape of the input of a sample: uint8 in tar files, numbers in JSON lines."""


@params
class ShardsParams(DataBaseParams):
    """Data of one input and one class."""

    task: str = "small"

    def cls(self) -> type[DataBase[Any]]:
        """See `DataBaseParams`."""
        return ShardsData


class ShardsData(DataBase[ShardsParams]):
    """The specs of a task."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        dtype = "float32" if self.params.task == "json" else "uint8"
        return {"x": ArraySpec(SHAPES[self.params.task], dtype)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}


def make_pipeline(task: str, folder: str, workers: int, batch_size: int) -> DataPipeline:
    """The pipeline of a task, as tfaip users write it."""
    generator: Any
    if task == "json":
        generator = JSONLinesGeneratorParams(files=[f"{folder}/*.data"], inputs=["x"], targets=["y"])
    else:
        generator = WebDatasetGeneratorParams(files=[f"{folder}/*.data"], inputs=["x=x.npy"], targets=["y=y.cls"])
    settings = DataPipelineParams(batch_size=batch_size, num_processes=workers, shuffle_buffer_size=1024)
    return ShardsParams(task=task).create().create_pipeline(PipelineMode.TRAINING, settings, generator)


def write(task: str, folder: Path, shards: int, samples: int) -> None:
    """Write the shards of a task."""
    rng = np.random.default_rng(0)
    for shard in range(shards):
        path = folder / f"{shard:03}.data"
        arrays = rng.integers(256, size=(samples, *SHAPES[task]), dtype=np.uint8)
        if task == "json":
            lines = (json.dumps({"x": (row / 255).round(4).tolist(), "y": 1}) for row in arrays)
            path.write_text("\n".join(lines))
            continue
        with tarfile.open(path, "w") as file:
            for number, array in enumerate(arrays):
                content = io.BytesIO()
                np.save(content, array)
                for name, data in (("x.npy", content.getvalue()), ("y.cls", b"1")):
                    info = tarfile.TarInfo(f"{shard:03}{number:06}.{name}")
                    info.size = len(data)
                    file.addfile(info, io.BytesIO(data))
