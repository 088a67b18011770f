"""Points inside and outside of a ring: a scenario in one file.

tfaip-train template.py --check  # is everything right?
tfaip-train template.py --trainer.output_dir runs/template  # train it
tfaip-predict --export_dir runs/template/best  # use it
"""

import numpy as np

import tfaip.model as tm
import tfaip.pipeline as tp
from tfaip.model import keras
from tfaip.params import field, params


@params
class TemplatePointsParams(tp.DataGeneratorParams):
    count: int = field(default=1000, help="Number of points")


class TemplatePoints(tp.ArrayGenerator[TemplatePointsParams]):
    def arrays(self):
        rng = np.random.default_rng(1 if self.mode == "training" else 2)
        points = rng.uniform(-1, 1, (self.params.count, 2)).astype("float32")
        radius = np.linalg.norm(points, axis=-1)
        return {"point": points}, {"class": (radius > 0.4) & (radius < 0.9)}


class TemplateData(tp.DataBase):
    def _input_layer_specs(self):
        return {"point": tp.ArraySpec((2,), "float32")}

    def _target_layer_specs(self):
        return {"class": tp.ArraySpec((1,), "bool")}


@params
class TemplateModelParams(tm.ModelBaseParams):
    nodes: list[int] = field(factory=lambda: [32, 32], help="Units of each dense layer")


class TemplateGraph(tm.GraphBase[TemplateModelParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.hidden = [keras.layers.Dense(nodes, activation="relu") for nodes in params.nodes]
        self.logit = keras.layers.Dense(1)

    def call(self, inputs, training=None):
        x = inputs["point"]
        for layer in self.hidden:
            x = layer(x)
        return {"pred": keras.ops.sigmoid(self.logit(x))}


class TemplateModel(tm.ModelBase[TemplateModelParams]):
    def _loss(self, inputs, targets, outputs):
        return {"cross_entropy": keras.losses.binary_crossentropy(targets["class"], outputs["pred"])}

    def _metric(self):
        return {"acc": tm.MetricDefinition("class", "pred", keras.metrics.BinaryAccuracy())}


class Template(tm.ScenarioOf[TemplateData, TemplateModel, TemplatePoints]):
    """Points inside and outside of a ring."""
