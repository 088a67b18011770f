"""A scenario that works, and the mistakes of beginners in it, each chosen by an argument: `--model.mistake NAME`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from tfaip.model import Evaluator, MetricDefinition, ScenarioBase
from tfaip.model.model_params import ModelBaseParams
from tfaip.model.scenario import ScenarioBaseParams, TrainerPipelineParams
from tfaip.model.testing.points.data import PointsData, PointsGenerator
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsDataParams, PointsGeneratorParams, PointsModelParams
from tfaip.params import field, params
from tfaip.pipeline import ArraySpec, DataBaseParams, DataGenerator, DataProcessorParams, MappingDataProcessor, Sample


@params
class BrokenModelParams(PointsModelParams):
    mistake: str = field(default="", help="Name of a model's class in this module")

    def cls(self) -> Any:
        return globals()[self.mistake or "PointsModel"]


@params
class BrokenDataParams(PointsDataParams):
    mistake: str = field(default="", help="Name of a data class in this module")

    def cls(self) -> Any:
        return globals()[self.mistake or "PointsData"]


@params
class BrokenGeneratorParams(PointsGeneratorParams):
    mistake: str = field(default="", help="Name of a generator's class in this module")

    def cls(self) -> Any:
        return globals()[self.mistake or "PointsGenerator"]


@params
class BrokenPipelineParams(TrainerPipelineParams[BrokenGeneratorParams, PointsGeneratorParams]):
    pass


@params
class BrokenScenarioParams(ScenarioBaseParams[BrokenDataParams, BrokenModelParams]):
    pass


class Counter(Evaluator):
    def __enter__(self):
        self.count = 0
        return self

    def update_state(self, sample):
        self.count += 1

    def result(self):
        return {"count": self.count}


class BrokenScenario(ScenarioBase[BrokenScenarioParams, BrokenPipelineParams]):
    @classmethod
    def evaluator_cls(cls):
        return Counter


def cross_entropy(targets: Any, outputs: Any) -> Any:
    direction = ops.squeeze(targets["direction"], axis=-1)
    return keras.losses.sparse_categorical_crossentropy(direction, outputs["logits"], from_logits=True)


# Losses.


class TypoInLoss(PointsModel):
    def _loss(self, inputs, targets, outputs):
        return {"ce": ops.mean(ops.cast(targets["directoin"], "float32"))}


class IntegerLoss(PointsModel):
    def _loss(self, inputs, targets, outputs):
        right = ops.equal(ops.argmax(outputs["logits"], axis=-1), ops.cast(targets["direction"][:, 0], "int32"))
        return {"right": ops.sum(ops.cast(right, "int32"))}


class LossIsNoDict(PointsModel):
    def _loss(self, inputs, targets, outputs):
        return cross_entropy(targets, outputs)


class LossIsNoScalar(PointsModel):
    def _loss(self, inputs, targets, outputs):
        return {"l2": ops.square(outputs["logits"])}


class NanLoss(PointsModel):
    def _loss(self, inputs, targets, outputs):
        return {"log": ops.log(ops.mean(outputs["pred"]) - 1)}


class LossWithoutGradient(PointsModel):
    def _loss(self, inputs, targets, outputs):
        right = ops.equal(ops.argmax(outputs["logits"], axis=-1), ops.cast(targets["direction"][:, 0], "int32"))
        return {"error": 1 - ops.mean(ops.cast(right, "float32"))}


class WrongLossWeights(PointsModel):
    def _loss_weights(self):
        return {"cross_entropy": 1.0}


# Metrics and the rest of a model.


class TypoInMetric(PointsModel):
    def _metric(self):
        return {"acc": MetricDefinition("direction", "prediction", keras.metrics.SparseCategoricalAccuracy())}


class MetricWithoutDefinition(PointsModel):
    def _metric(self):
        return {"acc": keras.metrics.SparseCategoricalAccuracy()}


class UnknownBest(PointsModel):
    def _best_logging_settings(self):
        return "max", "accuracy"


class UnknownMode(PointsModel):
    def _best_logging_settings(self):
        return "highest", "acc"


class BestByEvaluator(PointsModel):
    def _best_logging_settings(self):
        return "max", "count"


class PrintsTargets(PointsModel):
    def _print_evaluate(self, sample, data, print_fn=print):
        print_fn(f"{sample.targets['direction']}")


class TypoInPrint(PointsModel):
    def _print_evaluate(self, sample, data, print_fn=print):
        print_fn(f"{sample.outputs['nmae']}")


class NoDefaultExport(PointsModel):
    def _export_graphs(self, inputs, outputs, targets):
        return {"serve": outputs}


# Graphs.


class GraphWithTypo(PointsGraph):
    def call(self, inputs, training=None):
        return super().call({"point": inputs["points"]}, training=training)


class GraphWithoutDict(PointsGraph):
    def call(self, inputs, training=None):
        return self.logits(self.hidden(inputs["point"]))


class GraphWithUnusedLayer(PointsGraph):
    def __init__(self, params, name="points", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.second = keras.layers.Dense(8, name="second")


class GraphWithScalar(PointsGraph):
    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        return {**outputs, "spread": keras.ops.std(outputs["logits"])}


class GraphWithUnusedOutput(PointsGraph):
    def __init__(self, params, name="points", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.radius = keras.layers.Dense(1, name="radius")

    def call(self, inputs, training=None):
        return {**super().call(inputs, training=training), "radius": self.radius(inputs["point"])}


class GraphWithNumpy(PointsGraph):
    def call(self, inputs, training=None):
        return super().call({"point": inputs["point"] / np.linalg.norm(inputs["point"].numpy())}, training=training)


class GraphWithOneNameTwice(PointsGraph):
    def __init__(self, params, name="points", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.more = keras.layers.Dense(3, name="logits")

    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        return {**outputs, "logits": outputs["logits"] + self.more(inputs["point"])}


class GraphWithWrongShape(PointsGraph):
    def call(self, inputs, training=None):
        points = inputs["point"]
        return super().call({"point": ops.concatenate([points, points[:1]], axis=1)}, training=training)


def model_with(graph: type[PointsGraph]) -> type[PointsModel]:
    class ModelOfGraph(PointsModel):
        def create_graph(self, params):
            return graph(params)

    ModelOfGraph.__qualname__ = f"ModelOf{graph.__name__}"
    return ModelOfGraph


TypoInGraph = model_with(GraphWithTypo)
NoDictOfOutputs = model_with(GraphWithoutDict)
UnusedLayer = model_with(GraphWithUnusedLayer)
ScalarOutput = model_with(GraphWithScalar)
UnusedOutput = model_with(GraphWithUnusedOutput)
NumpyInGraph = model_with(GraphWithNumpy)
OneNameTwice = model_with(GraphWithOneNameTwice)
WrongShapes = model_with(GraphWithWrongShape)


# Data.


class TargetOfRank0(PointsData):
    def _target_layer_specs(self):
        return {"direction": ArraySpec((), np.int64)}


class OtherShape(PointsData):
    def _input_layer_specs(self):
        return {"point": ArraySpec((3,), np.float32)}


class OtherType(PointsData):
    def _input_layer_specs(self):
        return {"point": ArraySpec((2,), np.uint8)}


class OtherName(PointsData):
    def _target_layer_specs(self):
        return {"directions": ArraySpec((1,), np.int64)}


# Generators and processors.


class NoSamples(PointsGenerator):
    def __len__(self):
        return 0


class Neither(DataGenerator):
    pass


class NotFinite(PointsGenerator):
    def __getitem__(self, index):
        sample = super().__getitem__(index)
        return sample.new_inputs({"point": sample.inputs["point"] / np.float32(0)})


class FailingGenerator(PointsGenerator):
    def __getitem__(self, index) -> Sample:
        return Sample(inputs={"point": self._point[index]})


# What isn't said at all.


@params
class ModelParamsWithoutCls(ModelBaseParams):
    pass


@params
class NoModelClassParams(ScenarioBaseParams[BrokenDataParams, ModelParamsWithoutCls]):
    pass


class NoModelClass(ScenarioBase[NoModelClassParams, BrokenPipelineParams]):
    pass


@params
class DataParamsWithoutCls(DataBaseParams):
    pass


@params
class NoDataClassParams(ScenarioBaseParams[DataParamsWithoutCls, BrokenModelParams]):
    pass


class NoDataClass(ScenarioBase[NoDataClassParams, BrokenPipelineParams]):
    pass


class NoTypeArguments(ScenarioBase):
    pass


@params
class ForgetfulParams(DataProcessorParams):
    def cls(self) -> Any:
        return Forgetful


class Forgetful(MappingDataProcessor):
    def apply(self, sample):
        sample.new_inputs({"point": sample.inputs["point"] * 2})
