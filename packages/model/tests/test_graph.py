import keras
import numpy as np
import pytest

from tfaip.model import GraphBase
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsDataParams, PointsModelParams


def test_building_makes_every_variable_under_the_name_of_the_graph(built):
    _, _, graph = built
    paths = [variable.path for variable in graph.weights]
    assert paths == ["points/hidden/kernel", "points/hidden/bias", "points/logits/kernel", "points/logits/bias"]


def test_the_config_holds_the_parameters_and_rebuilds_the_graph():
    graph = PointsGraph(PointsModelParams(units=5))
    rebuilt = PointsGraph.from_config(graph.get_config())
    assert rebuilt.params == graph.params
    assert rebuilt.hidden.units == 5


def test_dropout_works_in_training_only(built):
    _, _, graph = built
    point = {"point": np.ones((64, 2), np.float32)}
    first, second = (graph.build_prediction_graph(point)["logits"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    trained = graph.build_train_graph(point, {}, training=True)["logits"]
    assert np.abs(trained - first).max() > 0


def test_a_call_that_returns_no_dict_is_refused_by_name():
    class Wrong(GraphBase[None]):
        def call(self, inputs, training=None):
            return inputs["x"]

    with pytest.raises(TypeError, match=r"Wrong.call must return a dict of named tensors, got"):
        Wrong(None).build_prediction_graph({"x": np.zeros((1, 2), np.float32)})


def test_training_and_prediction_may_be_two_graphs():
    class Both(GraphBase[None]):
        def __init__(self, params):
            super().__init__(params)
            self.dense = keras.layers.Dense(1)

        def build_train_graph(self, inputs, targets, training=None):
            return {"y": self.dense(targets["teacher"])}

        def build_prediction_graph(self, inputs):
            return {"y": self.dense(inputs["x"])}

    graph = Both(None)
    zeros, ones = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    taught = graph.build_train_graph({"x": zeros}, {"teacher": ones})["y"]
    np.testing.assert_array_equal(taught, graph.build_prediction_graph({"x": ones})["y"])


class LocalLayer(PointsGraph):
    def call(self, inputs, training=None):
        shifted = inputs["point"] + keras.layers.Dense(2)(inputs["point"])
        return super().call({"point": shifted}, training)


class AddedLayer(PointsGraph):
    def call(self, inputs, training=None):
        self.shift = keras.layers.Dense(2)
        return super().call({"point": inputs["point"] + self.shift(inputs["point"])}, training)


class LocalActivation(PointsGraph):
    def call(self, inputs, training=None):
        return super().call({"point": keras.layers.ReLU()(inputs["point"])}, training)


@pytest.mark.parametrize("graph", [LocalLayer, AddedLayer, LocalActivation])
def test_a_layer_with_weights_that_is_made_in_call_is_refused(graph):
    model = PointsModel(PointsModelParams())
    model.create_graph = graph
    data = PointsDataParams().create()
    if graph is LocalActivation:  # it has nothing to train
        assert model.build_graph(data).weights
        return
    with pytest.raises(ModelDefinitionError, match=rf"^{graph.__name__} must make its layers in __init__, not in call"):
        model.build_graph(data)
