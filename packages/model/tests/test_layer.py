from inspect import isabstract

import keras
import numpy as np
import pytest
import tensorflow as tf
from layer_chain import Chain, ChainParams, Residual, ResidualParams, ScaleParams

from tfaip.model import GraphBaseParams, LayerBase, LayerBaseParams
from tfaip.model.layers import DenseStackParams
from tfaip.model.layers.stage_params import StageParams
from tfaip.params import CommandLine, CommandLineError, params
from tfaip.params.selection import selectable_classes
from tfaip.params.values.annotations import kind_of

POINTS = {"point": np.array([[0.5, -1.0], [2.0, 3.0]], np.float32)}


def nested(depth: int):
    inner = ScaleParams(start=2.0)
    for _ in range(depth):
        inner = ResidualParams(inner=inner)
    return inner


def built_chain(*layers, **kwargs):
    keras.utils.set_random_seed(3)
    graph = Chain(ChainParams(layers=list(layers)), **kwargs)
    graph.prediction_outputs(POINTS)
    return graph


def test_layers_are_chosen_on_the_command_line_by_name_and_index():
    command_line = CommandLine(prog="test")
    command_line.add_root("graph", GraphBaseParams, default=ChainParams())
    line = "--graph.layers Dense Residual --graph.layers.0.nodes 5 4 --graph.layers.1.inner Residual"
    parsed = command_line.parse_or_raise([*line.split(), "--graph.layers.1.inner.inner.start", "3"])["graph"]
    dense = DenseStackParams(nodes=[5, 4])
    assert parsed == ChainParams(layers=[dense, ResidualParams(inner=ResidualParams(inner=ScaleParams(start=3.0)))])
    paths = [variable.path for variable in built_chain(*parsed.layers).weights]
    assert paths == [
        "chain/layer_0/dense_1/kernel",
        "chain/layer_0/dense_1/bias",
        "chain/layer_0/dense_2/kernel",
        "chain/layer_0/dense_2/bias",
        "chain/layer_1/inner/inner/factor",
        "chain/logits/kernel",
        "chain/logits/bias",
    ]


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_layers_nest_to_any_depth(depth):
    layer = nested(depth).create("outer")
    np.testing.assert_allclose(layer(tf.ones((1, 1))), [[2.0 + depth]])


def test_a_layer_goes_through_the_serialization_of_keras_with_its_nested_parameters():
    graph = built_chain(DenseStackParams(nodes=[4], dropout=0.5), nested(3), dtype="mixed_bfloat16")
    stored = keras.saving.serialize_keras_object(graph)
    rebuilt = keras.saving.deserialize_keras_object(stored)
    assert isinstance(rebuilt, Chain)
    assert rebuilt.params == graph.params
    assert rebuilt.dtype_policy.name == "mixed_bfloat16"
    rebuilt.prediction_outputs(POINTS)
    rebuilt.set_weights(graph.get_weights())
    np.testing.assert_array_equal(
        rebuilt.prediction_outputs(POINTS)["logits"], graph.prediction_outputs(POINTS)["logits"]
    )


def test_a_layer_goes_into_a_keras_model_and_its_file(tmp_path):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, nested(1).create("outer")(DenseStackParams(nodes=[3]).create("dense")(inputs)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.get_layer("outer"), Residual)
    np.testing.assert_array_equal(loaded(POINTS["point"]), model(POINTS["point"]))


def test_the_config_of_another_layer_is_refused():
    config = {**nested(0).create("scale").get_config(), "params": ChainParams().create().get_config()["params"]}
    with pytest.raises(ValueError, match="ScaleParams"):
        type(nested(0).create("scale")).from_config(config)


def test_eager_and_compiled_layers_compute_the_same():
    graph = built_chain(DenseStackParams(nodes=[4], normalization="layer"), nested(2))
    compiled = tf.function(graph.prediction_outputs, autograph=False)
    np.testing.assert_allclose(compiled(POINTS)["logits"], graph.prediction_outputs(POINTS)["logits"], rtol=1e-6)


def test_with_mixed_precision_layers_compute_in_bfloat16_and_outputs_are_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        graph = built_chain(DenseStackParams(nodes=[4]), nested(1))
        outputs = graph.training_outputs(POINTS, {}, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert graph.chained[0](POINTS["point"]).dtype == tf.bfloat16
    assert {variable.dtype for variable in graph.weights} == {"float32"}
    assert {output.dtype for output in outputs.values()} == {tf.float32}


def test_a_layers_own_name_has_no_running_number():
    assert [ResidualParams().create().name for _ in range(2)] == ["residual", "residual"]


@pytest.mark.parametrize("base", [LayerBaseParams, GraphBaseParams, StageParams])
def test_params_that_make_no_layer_are_abstract_and_not_offered(base):
    with pytest.raises(TypeError, match=f"Can't instantiate abstract class {base.__name__} .*cls"):
        base()
    command_line = CommandLine("graph")
    command_line.add_root("graph", base)
    with pytest.raises(CommandLineError, match=f"^--graph: {base.__name__} is abstract, allowed: .*, or module:Class$"):
        command_line.parse_or_raise(["--graph", base.__name__])
    assert not any(isabstract(cls) for cls in selectable_classes(kind_of(base), None))


def test_params_that_leave_cls_out_name_it():
    @params
    class Undecided(LayerBaseParams):
        pass

    with pytest.raises(TypeError, match="Can't instantiate abstract class Undecided .*cls"):
        Undecided()


def test_a_layer_that_does_not_name_its_parameters_cannot_be_rebuilt():
    class BareLayer(LayerBase):
        pass

    config = BareLayer(ScaleParams()).get_config()
    with pytest.raises(TypeError, match=r"BareLayer must name the class of its parameters: `class BareLayer\(LayerB"):
        BareLayer.from_config(config)
