import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.data import PointsData
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import ParamsError
from tfaip.pipeline import ArraySpec
from tfaip.trainer.step.training_state import TrainingState

INPUTS = {"point": tf.constant(np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2))}
TARGETS = {"direction": tf.constant([[0], [1], [2], [0]], tf.int64)}


def a_network(params, h=0.01, factor=0.5, dropout=0.0, on=True):
    keras.utils.set_random_seed(3)
    params.scenario.model.dropout = dropout
    params.scenario.input_gradient_regularization = on
    params.scenario.input_gradient_h, params.scenario.input_gradient_lambda = h, factor
    return TrainingState(PointsScenario(params.scenario), params)


def penalty_of(points_params, **changes) -> float:
    with_penalty, _ = a_network(points_params(None), **changes).step.gradients(INPUTS, TARGETS)
    without, _ = a_network(points_params(None), **{**changes, "on": False}).step.gradients(INPUTS, TARGETS)
    return float(with_penalty - without)


def reference(points_params, h=0.01, factor=0.5) -> float:
    graph = a_network(points_params(None), on=False).graph

    def losses(points):
        logits = graph({"point": points})["logits"]
        return keras.losses.sparse_categorical_crossentropy(TARGETS["direction"][:, 0], logits, from_logits=True)

    with tf.GradientTape() as tape:
        tape.watch(INPUTS["point"])
        loss = losses(INPUTS["point"])
    gradient = tape.gradient(loss, INPUTS["point"]).numpy()
    moved = INPUTS["point"] + h * gradient / np.linalg.norm(gradient, axis=-1, keepdims=True)
    return factor * np.mean(((losses(moved) - loss).numpy() / h) ** 2)


@pytest.mark.parametrize("changes", [{}, {"h": 0.1}, {"factor": 2.0}])
def test_the_penalty_follows_its_formula(points_params, changes):
    assert penalty_of(points_params, **changes) == pytest.approx(reference(points_params, **changes), rel=1e-3)


def test_both_passes_drop_the_same_units(points_params):
    # With units of their own, the difference of the losses by h = 1e-3 would be some hundreds.
    assert 0 < penalty_of(points_params, h=0.001, dropout=0.5) < 5


def test_a_gradient_of_zero_is_no_division_by_zero(points_params, monkeypatch):
    monkeypatch.setattr(PointsModel, "_loss", lambda self, i, t, outputs: {"none": outputs["logits"][:, 0] * 0.0})
    loss, gradients = a_network(points_params(None)).step.gradients(INPUTS, TARGETS)
    assert float(loss) == 0
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients)


def test_a_loss_that_is_a_mean_already_is_regularised_too(points_params, monkeypatch):
    original = PointsModel._loss

    def mean(self, inputs, targets, outputs):
        return {"ce": tf.reduce_mean(original(self, inputs, targets, outputs)["ce"])}

    monkeypatch.setattr(PointsModel, "_loss", mean)
    assert penalty_of(points_params) > 0


def test_training_with_the_penalty_flattens_the_loss_and_logs_the_loss_alone(points_params):
    params = points_params(None, epochs=1)
    params.scenario.input_gradient_regularization = True
    logs = PointsScenario.create_trainer(params).train()
    assert set(logs) == {"loss", "ce", "acc", "lr", "val_loss", "val_ce", "val_acc"}


def test_inputs_that_are_no_floats_are_refused(points_params, monkeypatch):
    network = a_network(points_params(None))
    monkeypatch.setattr(PointsData, "_input_layer_specs", lambda self: {"point": ArraySpec((2,), np.uint8)})
    params = points_params(None)
    params.scenario.input_gradient_regularization = True
    scenario = PointsScenario(params.scenario)
    with pytest.raises(ParamsError, match="needs an input of a floating type, to move it a little, got point: uint8"):
        type(network)._penalty(network, scenario)
