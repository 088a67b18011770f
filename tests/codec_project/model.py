"""The model."""

import keras
from keras import ops

from codec_project.graph import CodecGraph
from tfaip.model import MetricDefinition, ModelBase


class CodecModel(ModelBase):
    def create_graph(self, params):
        return CodecGraph(params)

    def _loss(self, inputs, targets, outputs):
        y = ops.squeeze(targets["y"], -1)
        return {"ce": keras.losses.sparse_categorical_crossentropy(y, outputs["logits"], from_logits=True)}

    def _metric(self):
        return {"acc": MetricDefinition("y", "logits", keras.metrics.SparseCategoricalAccuracy())}
