import io

import keras
import numpy as np
from layer_chain import Chain, ChainParams, ResidualParams, ScaleParams
from rich.console import Console

from tfaip.model.layers import DenseStackParams
from tfaip.model.summary import summary_text, summary_tree
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.model.testing.sequences.scenario import SequencesScenario

SUMMARY = """
Layer                            Output              Parameters   Memory
chain  Chain                                                 49    196 B
├ layer_0  DenseStack            (?, 5)                      30    120 B
│ ├ dense_1  Dense               (?, 5)                      10     40 B
│ ├ norm_1  BatchNormalization   (?, 5)                      20     80 B
│ └ relu_1  Activation           (?, 5)
├ layer_1  Residual              (?, 5)                       1      4 B
│ └ inner  Residual              (?, 5)                       1      4 B
│   └ inner  Scale               (?, 5)                       1      4 B
└ logits  Dense                  (?, 3)                      18     72 B
-> logits                        (?, 3) float32
-> pred                          (?, 3) float32
39 trainable parameters, 10 others, 196 B
"""


class ChainModel(PointsModel):
    def create_graph(self, params):
        dense = DenseStackParams(nodes=[5], normalization="batch")
        return Chain(ChainParams(layers=[dense, ResidualParams(inner=ResidualParams(inner=ScaleParams()))]))


def built(model, data):
    return model.build_graph(data), model, data


def test_the_tree_tells_shape_parameters_and_memory_of_each_layer():
    graph, model, data = built(ChainModel(PointsModelParams()), PointsScenario(PointsScenario.default_params()).data)
    before = [variable.numpy() for variable in graph.variables]
    text = summary_text(graph, model, data)
    assert [line.split() for line in text.splitlines()] == [line.split() for line in SUMMARY.strip().splitlines()]
    assert max(map(len, text.splitlines())) <= 80
    for variable, value in zip(graph.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    graph.prediction_outputs({"point": np.zeros((2, 2), np.float32)})  # it can be called as before


def test_of_two_graphs_the_training_graph_is_shown():
    scenario = SequencesScenario(SequencesScenario.default_params())
    text = summary_text(*built(scenario.create_model(), scenario.data))
    assert "-> logits" in text
    assert "(?, 4, 7)" in text
    assert "not called" not in text


def test_a_narrow_terminal_cuts_names_and_no_figures_and_text_cuts_nothing(monkeypatch):
    parts = built(ChainModel(PointsModelParams()), PointsScenario(PointsScenario.default_params()).data)
    console = Console(file=io.StringIO(), width=60, color_system=None, force_terminal=True)
    console.print(summary_tree(*parts))
    narrow = console.file.getvalue()
    assert max(map(len, narrow.splitlines())) <= 60
    assert "(?, 5)" in narrow
    assert "80 B" in narrow
    monkeypatch.setenv("COLUMNS", "20")
    assert "…" not in summary_text(*parts)


def test_the_input_of_a_functional_model_is_no_layer():
    class FunctionalGraph(PointsGraph):
        def __init__(self, params, name="points", **kwargs):
            super().__init__(params, name=name, **kwargs)
            given = keras.Input((2,), name="given")
            self.hidden = keras.Model(given, keras.layers.Dense(5, name="dense")(given), name="inner")

    class FunctionalModel(PointsModel):
        def create_graph(self, params):
            return FunctionalGraph(params)

    data = PointsScenario(PointsScenario.default_params()).data
    text = summary_text(*built(FunctionalModel(PointsModelParams()), data))
    assert "InputLayer" not in text
    assert "dense" in text
