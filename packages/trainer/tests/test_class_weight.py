import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.class_weight import ClassWeightError
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode
from tfaip.trainer import ConstantParams, SGDParams
from tfaip.trainer.step.training_state import TrainingState

WEIGHTS = {0: 5.0, 2: 0.25}


def whole_batch(params, mode):
    pipeline = PointsScenario(params.scenario).data.create_pipeline(mode, params.gen.setup.val, params.gen.train_gen())
    with pipeline.generate_input_batches() as batches:
        return next(iter(batches))


def test_a_step_equals_a_step_of_keras_fit_with_the_same_class_weights(points_params):
    params = points_params(learning_rate=ConstantParams(lr=0.5), optimizer=SGDParams(), class_weight=dict(WEIGHTS))
    params.scenario.model.dropout = 0.0
    params.gen.setup.val.batch_size = params.gen.train.count
    batch = whole_batch(params, PipelineMode.EVALUATION)
    state = TrainingState(PointsScenario(params.scenario), params)
    graph = state.graph

    point = keras.Input((2,))
    hidden, logits = (keras.layers.Dense.from_config(layer.get_config()) for layer in (graph.hidden, graph.logits))
    model = keras.Model(point, logits(hidden(point)))
    model.set_weights([weight.numpy() for weight in graph.trainable_variables])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss)
    points, directions = batch.inputs["point"], batch.targets["direction"]
    logs = model.fit(points, directions, batch_size=len(points), class_weight=WEIGHTS, verbose=0).history

    state.step.start_epoch(0, len(points))
    state.step({"point": tf.constant(points)}, {"direction": tf.constant(directions)})
    assert state.train_metrics.result()["loss"] == pytest.approx(logs["loss"][0], rel=1e-5)
    for ours, theirs in zip(graph.trainable_variables, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_validation_does_not_weigh_classes(points_params, train):
    params = points_params(folder=None, epochs=1, learning_rate=ConstantParams(lr=0.0), optimizer=SGDParams())
    plain = train(params)
    params.class_weight = {0: 100.0}
    weighed = train(params)
    assert weighed["val_loss"] == pytest.approx(plain["val_loss"])
    assert weighed["loss"] > 2 * plain["loss"]
    assert weighed["acc"] == plain["acc"]


def test_an_unknown_class_ends_the_training_before_its_first_step(points_params, train):
    params = points_params(class_weight={"nroth": 2.0})
    with pytest.raises(ClassWeightError, match="got 'nroth'; the model names no classes"):
        train(params)
