import keras
import numpy as np
import pytest

from tfaip.model.bundle.weights import read_weights
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import ParamsError
from tfaip.trainer import RunFolder
from tfaip.trainer.step.layers import freeze
from tfaip.trainer.step.training_state import TrainingState


class Nested(keras.layers.Layer):
    def __init__(self):
        super().__init__(name="net")
        inner = [keras.layers.Dense(2, name="one"), keras.layers.Dense(2, name="two")]
        self.encoder = keras.Sequential(inner, name="encoder")
        self.head = keras.layers.Dense(2, name="head")

    def call(self, x):
        return self.head(self.encoder(x))


@pytest.fixture
def nested():
    layer = Nested()
    layer(np.ones((1, 2), np.float32))
    return layer


def trained(layer) -> list[str]:
    return [variable.path for variable in layer.trainable_variables]


def test_a_layer_is_frozen_with_all_in_it(nested):
    frozen = freeze(nested, "net/enc.*er")
    assert trained(nested) == ["net/head/kernel", "net/head/bias"]
    assert len(frozen) == 4


def test_one_inner_layer_is_frozen(nested):
    freeze(nested, ".*/two")
    assert [path for path in trained(nested) if "two" in path] == []
    assert len(trained(nested)) == 4


def test_a_part_of_a_path_does_not_match_and_near_paths_are_named(nested):
    message = r"must match the whole path of a layer, but 'encodr' matches none; some of the paths: .*net/encoder"
    with pytest.raises(ParamsError, match=message):
        freeze(nested, "encodr")


def test_freezing_all_is_refused(nested):
    with pytest.raises(ParamsError, match="must leave something to train, but 'net' freezes all weights"):
        freeze(nested, "net")
    with pytest.raises(ParamsError, match="must be a regular expression"):
        freeze(nested, "(")


def test_frozen_weights_stay_in_a_training_and_are_not_averaged(points_params):
    params = points_params(no_train_scope="points/hidden", ema_decay=0.5, epochs=1)
    keras.utils.set_random_seed(params.random_seed)
    network = TrainingState(PointsScenario(params.scenario), params)
    before = {weight.path: weight.numpy() for weight in network.graph.weights}
    assert len(network.variables["average"]) == 2
    PointsScenario.create_trainer(params).train()
    after = read_weights(RunFolder(params.output_dir).export / "weights.h5")
    np.testing.assert_array_equal(after["points/hidden/kernel"], before["points/hidden/kernel"])
    assert not np.array_equal(after["points/logits/kernel"], before["points/logits/kernel"])
