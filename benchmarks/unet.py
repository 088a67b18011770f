"""A U-Net that segments images, for `example_steps.py`: a scenario of one file, on discs that it draws itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfaip.model import GraphBase, MetricDefinition, ModelBase, ModelBaseParams, ScenarioOf, keras
from tfaip.params import field, params
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataGeneratorParams,
    Sample,
)

Tensors = Mapping[str, Any]
SIZE = 64
"""Pixels of a side."""


@params
class DiscsParams(DataGeneratorParams):
    """Images of discs on noise."""

    count: int = field(default=512, help="Number of images")

    def cls(self) -> type[Discs]:
        """Return the generator's class."""
        return Discs


class Discs(DataGenerator[DiscsParams]):
    """An image of three discs of different size, and the mask of the discs."""

    def __len__(self) -> int:
        """Return the number of images."""
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        """Return one of them."""
        random = np.random.default_rng(index)
        y, x = np.mgrid[:SIZE, :SIZE]
        discs = zip(random.integers(0, SIZE, (3, 2)), random.integers(4, 14, 3), strict=True)
        mask = np.any([(y - top) ** 2 + (x - left) ** 2 < radius**2 for (top, left), radius in discs], axis=0)
        image = mask[..., None] * 0.5 + random.random((SIZE, SIZE, 3)) * 0.5
        return Sample(inputs={"image": image.astype(np.float32)}, targets={"mask": mask.astype(np.int32)})


@params
class DiscsDataParams(DataBaseParams):
    """Images and masks."""

    def cls(self) -> type[DiscsData]:
        """Return the data's class."""
        return DiscsData


class DiscsData(DataBase[DiscsDataParams]):
    """An image, and the class of each pixel."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"image": ArraySpec((SIZE, SIZE, 3), np.float32)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"mask": ArraySpec((SIZE, SIZE), np.int32)}


@params
class UNetModelParams(ModelBaseParams):
    """The network."""

    filters: list[int] = field(factory=lambda: [16, 32, 64], help="Filters of each level")

    def cls(self) -> type[UNetModel]:
        """Return the model's class."""
        return UNetModel


class UNetGraph(GraphBase[UNetModelParams]):
    """Two convolutions with batch normalization a level; each level up sees the one of its size on the way down."""

    def __init__(self, params: UNetModelParams, name: str = "unet", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        layers = keras.layers
        *upper, lowest = params.filters
        self.down = [self._block(filters, f"down_{filters}") for filters in upper]
        self.pooling = layers.MaxPooling2D(name="pooling")
        self.lowest = self._block(lowest, "lowest")
        self.wider = [
            layers.Conv2DTranspose(filters, 2, strides=2, name=f"wider_{filters}") for filters in reversed(upper)
        ]
        self.up = [self._block(filters, f"up_{filters}") for filters in reversed(upper)]
        self.logits = layers.Conv2D(2, 1, name="logits")

    def _block(self, filters: int, name: str) -> list[Any]:
        layers = keras.layers
        block = []
        for number in (1, 2):
            block += [
                layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv_{number}"),
                layers.BatchNormalization(name=f"{name}_norm_{number}"),
                layers.ReLU(name=f"{name}_relu_{number}"),
            ]
        return block

    def call(self, inputs: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return logits, float32 (batch, size, size, 2), and the class of each pixel, int (batch, size, size)."""

        def through(block: list[Any], x: Any) -> Any:
            for layer in block:
                x = layer(x, training=training) if "norm" in layer.name else layer(x)
            return x

        x, kept = inputs["image"], []
        for block in self.down:
            kept.append(x := through(block, x))
            x = self.pooling(x)
        x = through(self.lowest, x)
        for wider, block in zip(self.wider, self.up, strict=True):
            x = through(block, keras.ops.concatenate([wider(x), kept.pop()], axis=-1))
        logits = self.logits(x)
        return {"logits": logits, "class": keras.ops.argmax(logits, axis=-1)}


class UNetModel(ModelBase[UNetModelParams]):
    """Cross entropy and accuracy of the pixels."""

    def create_graph(self, params: UNetModelParams) -> UNetGraph:
        """Make the graph."""
        return UNetGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        loss = keras.losses.sparse_categorical_crossentropy(targets["mask"], outputs["logits"], from_logits=True)
        return {"cross_entropy": keras.ops.mean(loss, axis=(1, 2))}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {"acc": MetricDefinition("mask", "class", keras.metrics.Accuracy())}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"


class UNetScenario(ScenarioOf[DiscsData, UNetModel, Discs]):
    """Segmentation of discs."""
