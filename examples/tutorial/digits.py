"""Handwritten digits, in one file: `tfaip-train examples/tutorial/digits.py --trainer.output_dir runs/digits`."""

import tfaip.model as tm
import tfaip.pipeline as tp
from examples.tutorial.min.datasets import load_dataset
from tfaip.model import keras
from tfaip.params import field, params


@params
class ImagesParams(tp.DataGeneratorParams):
    dataset: str = field(default="mnist_5k", help="mnist_5k, mnist, fashion_mnist, or the path of an .npz file")


class Images(tp.ArrayGenerator[ImagesParams]):
    def arrays(self):
        images, classes = load_dataset(self.params.dataset, "train" if self.mode == "training" else "test")
        return {"img": images}, {"gt": classes}


class DigitsData(tp.DataBase):
    def _input_layer_specs(self):
        return {"img": tp.ArraySpec((28, 28), "uint8")}

    def _target_layer_specs(self):
        return {"gt": tp.ArraySpec((1,), "int64")}


@params
class DigitsModelParams(tm.ModelBaseParams):
    filters: list[int] = field(factory=lambda: [16, 32], help="Filters of each convolution")
    dense: int = field(default=128, help="Units of the hidden dense layer")


class DigitsGraph(tm.GraphBase[DigitsModelParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.convolutions = [keras.layers.Conv2D(n, 2, padding="same", activation="relu") for n in params.filters]
        self.pooling, self.flatten = keras.layers.MaxPooling2D(), keras.layers.Flatten()
        self.hidden = keras.layers.Dense(params.dense, activation="relu")
        self.logits = keras.layers.Dense(10)

    def call(self, inputs, training=None):
        x = keras.ops.expand_dims(inputs["img"], axis=-1) / 255
        for convolution in self.convolutions:
            x = self.pooling(convolution(x))
        logits = self.logits(self.hidden(self.flatten(x)))
        return {"logits": logits, "pred": keras.ops.softmax(logits), "class": keras.ops.argmax(logits, axis=-1)}


class DigitsModel(tm.ModelBase[DigitsModelParams]):
    def _loss(self, inputs, targets, outputs):
        return {"ce": keras.losses.sparse_categorical_crossentropy(targets["gt"], outputs["logits"], from_logits=True)}

    def _metric(self):
        return {"acc": tm.MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy())}


class Digits(tm.ScenarioOf[DigitsData, DigitsModel, Images]):
    """Handwritten digits."""
