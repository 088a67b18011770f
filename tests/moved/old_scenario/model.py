import keras
from keras import ops

from old_scenario.params import QuadrantModelParams
from tfaip.model import GraphBase, MetricDefinition, ModelBase


class QuadrantGraph(GraphBase[QuadrantModelParams]):
    def __init__(self, params, name="quadrant", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.hidden = [
            keras.layers.Dense(units, activation=params.activation, name=f"dense_{number}")
            for number, units in enumerate(params.units)
        ]
        self.logits = keras.layers.Dense(4, name="logits")

    def call(self, inputs, training=None):
        x = inputs["xy"]
        for layer in self.hidden:
            x = layer(x)
        logits = self.logits(x)
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}


class QuadrantModel(ModelBase[QuadrantModelParams]):
    def create_graph(self, params):
        return QuadrantGraph(params)

    def _loss(self, inputs, targets, outputs):
        return {
            "ce": keras.losses.sparse_categorical_crossentropy(targets["gt"][:, 0], outputs["logits"], from_logits=True)
        }

    def _metric(self):
        return {"acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy())}

    def _best_logging_settings(self):
        return "max", "acc"
