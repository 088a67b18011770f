"""A loss in which (batch,) meets (batch, 1) is found, and a loss that couples samples on purpose is not blamed."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.trainer.preflight.loss_checks import require_own_targets
from tfaip.trainer.preflight.stages import PreflightError

RANDOM = np.random.default_rng(1)
SIZE = 6


def column(shape=(SIZE, 1), dtype=np.float32):
    return tf.constant(RANDOM.normal(size=shape).astype(dtype))


def check(loss, targets, outputs, weights=None):
    class Model(PointsModel):
        def _loss(self, inputs, targets, outputs):
            return {"odd": loss(targets, outputs)}

        def _sample_weights(self, inputs, targets):
            return {} if weights is None else {"odd": weights}

    require_own_targets(Model(PointsModelParams()), {"x": column((SIZE, 2))}, targets, outputs)


def mean_square(t, o):
    return ops.mean(ops.square(o["p"] - t["y"]))


def row_square(t, o):
    return ops.mean(ops.square(o["p"] - t["y"]), axis=-1)


def absolute_of_two(t, o):
    return ops.mean(ops.abs(o["p"] - t["y"]) + ops.abs(o["p"] - t["z"]))


BROADCASTS = {
    "a mean over the batch": (mean_square, {"y": (SIZE,)}, {"p": (SIZE, 1)}),
    "a mean for each sample": (row_square, {"y": (SIZE,)}, {"p": (SIZE, 1)}),
    "the target has one axis more": (mean_square, {"y": (SIZE, 1)}, {"p": (SIZE,)}),
    "an axis is cut off in the loss": (
        lambda t, o: ops.mean(ops.square(o["p"][:, 0] - t["y"])),
        {"y": (SIZE, 1)},
        {"p": (SIZE, 1)},
    ),
    "two targets": (absolute_of_two, {"y": (SIZE,), "z": (SIZE,)}, {"p": (SIZE, 1)}),
    "a product": (lambda t, o: ops.mean(ops.softplus(-t["y"] * o["p"])), {"y": (SIZE,)}, {"p": (SIZE, 1)}),
}


@pytest.mark.parametrize("case", BROADCASTS)
@pytest.mark.parametrize("untrained", [False, True], ids=["outputs differ", "outputs are all zero"])
def test_a_loss_that_broadcasts_is_named_with_both_shapes(case, untrained):
    loss, targets, outputs = BROADCASTS[case]
    values = {name: column(shape) * (0.0 if untrained else 1.0) for name, shape in outputs.items()}
    with pytest.raises(PreflightError) as error:
        check(loss, {name: column(shape) for name, shape in targets.items()}, values)
    text = str(error.value)
    assert "Model._loss must compare each output with its own target, but the loss 'odd' broadcasts" in text
    assert f"({SIZE},)" in text
    assert f"({SIZE}, 1)" in text


def test_the_message_names_target_and_output():
    with pytest.raises(PreflightError, match=r"the target 'y' has the shape \(6,\), the output 'p' \(6, 1\)\. It is "):
        check(mean_square, {"y": column((SIZE,))}, {"p": column(), "other": column((SIZE, 3))})


def contrastive(t, o):
    similar = ops.matmul(o["p"], ops.transpose(o["p"]))
    return keras.losses.sparse_categorical_crossentropy(ops.arange(SIZE), similar, from_logits=True)


def supervised_contrastive(t, o):
    similar = ops.matmul(o["p"], ops.transpose(o["p"]))
    mask = ops.cast(ops.equal(ops.sign(t["y"]), ops.transpose(ops.sign(t["y"]))), "float32")
    return -ops.mean(mask * ops.log_softmax(similar), axis=-1)


def ranking(t, o):
    return ops.mean(ops.softplus(-(o["p"] - ops.transpose(o["p"])) * ops.sign(t["y"] - ops.transpose(t["y"]))))


def center(t, o):
    return ops.mean(ops.square(o["p"] - ops.mean(o["p"], axis=0)), axis=-1) + ops.square(t["y"][:, 0])


def masked_mean(t, o):
    mask = ops.cast(t["y"] > 0, "float32")
    return ops.sum(mask * ops.square(o["p"] - t["y"])) / ops.sum(mask)


FINE = {
    "a squared error": (mean_square, {"y": (SIZE, 1)}, {"p": (SIZE, 1)}),
    "a squared error of rows": (row_square, {"y": (SIZE, 3)}, {"p": (SIZE, 3)}),
    "a loss of Keras": (
        lambda t, o: keras.losses.MeanSquaredError()(t["y"], o["p"]),
        {"y": (SIZE,)},
        {"p": (SIZE, 1)},
    ),
    "a contrastive loss": (contrastive, {"y": (SIZE, 1)}, {"p": (SIZE, 4)}),
    "a contrastive loss with labels": (supervised_contrastive, {"y": (SIZE, 1)}, {"p": (SIZE, 4)}),
    "a ranking": (ranking, {"y": (SIZE, 1)}, {"p": (SIZE, 1)}),
    "the distance from a centre": (center, {"y": (SIZE, 1)}, {"p": (SIZE, 1)}),
    "a mean over a mask": (masked_mean, {"y": (SIZE, 1)}, {"p": (SIZE, 1)}),
    "a constant": (lambda t, o: ops.mean(o["p"]) * 0 + 1.0, {"y": (SIZE,)}, {"p": (SIZE, 1)}),
    "a loss that needs several samples": (
        lambda t, o: ops.mean(o["p"][0] - o["p"][1]) + mean_square(t, o),
        {"y": (SIZE, 1)},
        {"p": (SIZE, 1)},
    ),
}


@pytest.mark.parametrize("case", FINE)
def test_a_loss_that_couples_samples_on_purpose_or_not_at_all_passes(case):
    loss, targets, outputs = FINE[case]
    values = [{name: column(shape) for name, shape in shapes.items()} for shapes in (targets, outputs)]
    check(loss, *values)


def test_weights_of_the_samples_do_not_matter():
    check(row_square, {"y": column((SIZE, 2))}, {"p": column((SIZE, 2))}, weights=tf.range(SIZE) + 1)


def test_a_batch_of_one_sample_tells_nothing():
    require_own_targets(PointsModel(PointsModelParams()), {"x": column((1, 2))}, {}, {})
