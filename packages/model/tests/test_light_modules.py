"""A module with parameters, graph, model and scenario loads no TensorFlow; Keras joins when an object is made."""

import pickle
import subprocess
import sys

import keras
import pytest

from tfaip.model import GraphBase, LayerBase, MetricDefinition, ModelBase, ModelBaseParams, ScenarioOf
from tfaip.model.keras_layer import keras_layer
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.params import field, from_dict, params, to_dict
from tfaip.pipeline import ArrayGenerator, ArraySpec, DataBase, PipelineMode

LIGHT = """
import sys
from tfaip.model import GraphBase, LayerBase, LayerBaseParams, ModelBase, ModelBaseParams, ScenarioOf, keras
from tfaip.params import params

class Layer(LayerBase[LayerBaseParams]):
    pass

class Graph(GraphBase[ModelBaseParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.dense = keras.layers.Dense(3)

print("tensorflow" in sys.modules, repr(keras))
"""


@params
class LightModelParams(ModelBaseParams):
    nodes: int = field(default=3, help="Units")


class LightGraph(GraphBase[LightModelParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.dense = keras.layers.Dense(params.nodes)

    def call(self, inputs, training=None):
        return {"y": self.dense(inputs["x"])}


class LightModel(ModelBase[LightModelParams]):
    def _loss(self, inputs, targets, outputs):
        return {"mse": keras.losses.mean_squared_error(targets["y"], outputs["y"])}

    def _metric(self):
        return {"mae": MetricDefinition("y", "y", keras.metrics.MeanAbsoluteError())}


class LightData(DataBase):
    def _input_layer_specs(self):
        return {"x": ArraySpec((2,), "float32")}

    def _target_layer_specs(self):
        return {"y": ArraySpec((3,), "float32")}


class LightSamples(ArrayGenerator):
    def arrays(self):
        return {"x": [[1.0, 2.0]] * 4}, {"y": [[1.0, 2.0, 3.0]] * 4}


class LightScenario(ScenarioOf[LightData, LightModel, LightSamples]):
    """Nothing to learn."""


def test_public_names_and_classes_of_users_load_no_tensorflow():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "False <module 'keras', loaded when it is used>\n"


def test_each_object_is_a_layer_of_keras_and_of_the_class():
    graph = LightGraph(LightModelParams())
    assert isinstance(graph, LightGraph)
    assert isinstance(graph, keras.layers.Layer)
    assert (type(graph).__name__, type(graph).__module__) == ("LightGraph", __name__)
    assert type(graph) is type(LightGraph(LightModelParams())) is keras_layer(LightGraph)
    rebuilt = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(graph))
    assert isinstance(rebuilt, LightGraph)


def test_a_class_with_a_base_of_keras_stays_as_it_is():
    class Dense(LayerBase[LightModelParams], keras.layers.Dense):
        def __init__(self, params, **kwargs):
            super().__init__(params, units=params.nodes, **kwargs)

    assert type(Dense(LightModelParams())) is Dense


def test_a_model_makes_the_graph_that_names_its_parameters():
    model = LightModelParams().create()
    assert isinstance(model, LightModel)
    assert isinstance(model.create_graph(model.params), LightGraph)


def test_a_model_without_a_graph_says_what_is_missing():
    @params
    class LoneParams(ModelBaseParams):
        pass

    class Lone(ModelBase[LoneParams]):
        def _loss(self, inputs, targets, outputs):
            return {}

    model = LoneParams().create()
    with pytest.raises(ModelDefinitionError, match=r"Lone must override create_graph: no GraphBase\[LoneParams\]"):
        model.create_graph(model.params)

    class First(GraphBase[LoneParams]):
        pass

    class Second(GraphBase[LoneParams]):
        pass

    with pytest.raises(ModelDefinitionError, match="First and .*Second both name LoneParams"):
        model.create_graph(model.params)


def test_a_scenario_of_classes_makes_its_parameters():
    made = LightScenario.default_params()
    assert type(made) is LightScenario.params_cls() is LightScenario.Params
    assert type(made.data) is LightData.Params
    assert isinstance(made.data.create(), LightData)
    assert type(made.model) is LightModelParams
    stored = to_dict(LightScenario.tagged(made))
    assert stored["__cls__"] == f"{__name__}:LightScenario.Params"
    assert from_dict(LightScenario.Params, stored, trust=[__name__]) == made
    assert pickle.loads(pickle.dumps(made)) == made
    gen = LightScenario.trainer_pipeline_params_cls()()
    assert isinstance(gen.train_gen().create(PipelineMode.TRAINING), LightSamples)
    assert type(gen.val_gen()) is LightSamples.Params
    graph = LightScenario(made).create_model().build_graph(LightScenario(made).data)
    assert [weight.path for weight in graph.weights] == ["light_graph/dense/kernel", "light_graph/dense/bias"]


def test_a_scenario_that_leaves_an_argument_open_is_a_base():
    class Open(ScenarioOf[LightData, LightModel, "TGenerator"]):
        pass

    assert "Params" not in vars(Open)
