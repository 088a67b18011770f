import keras

from tfaip.model import GraphBase
from tfaip.model.runtime.backend import layers_numbered_from_one
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario


class UnnamedGraph(GraphBase[PointsModelParams]):
    def __init__(self, params):
        super().__init__(params)
        self.hidden = [keras.layers.Dense(params.units), keras.layers.Dense(3)]

    def call(self, inputs, training=None):
        x = inputs["point"]
        for layer in self.hidden:
            x = layer(x)
        return {"logits": x}


class UnnamedModel(PointsModel):
    def create_graph(self, params):
        return UnnamedGraph(params)


def test_each_graph_of_a_process_has_the_same_names():
    keras.layers.Dense(1)
    data = PointsScenario(PointsScenario.default_params()).data
    graphs = [UnnamedModel(PointsModelParams()).build_graph(data) for _ in range(2)]
    first, second = ([variable.path for variable in graph.weights] for graph in graphs)
    assert first == second
    assert first[::2] == ["unnamed_graph/dense/kernel", "unnamed_graph/dense_1/kernel"]


def test_keras_goes_on_counting_where_it_was():
    before = keras.layers.Dense(1).name
    with layers_numbered_from_one():
        assert keras.layers.Dense(1).name == "dense"
    after = keras.layers.Dense(1).name
    number = int(before.removeprefix("dense_")) if "_" in before else 0
    assert after == f"dense_{number + 1}"
