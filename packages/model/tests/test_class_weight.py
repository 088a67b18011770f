import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.class_weight import ClassWeight, ClassWeightError
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.pipeline import ArraySpec

SPARSE = {"gt": ArraySpec((1,), np.int64)}
ONE_HOT = {"gt": ArraySpec((3,), np.float32)}
CLASSES = np.array([0, 1, 2, 1])


def of(weights, specs, targets, **options):
    return np.asarray(ClassWeight(weights, specs, **options).of(targets)).tolist()


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32])
def test_sparse_and_one_hot_targets_have_the_same_weights(dtype):
    weights = {0: 0.5, 2: 4.0}
    expected = [0.5, 1.0, 4.0, 1.0]
    assert of(weights, {"gt": ArraySpec((1,), dtype)}, {"gt": CLASSES[:, None].astype(dtype)}) == expected
    assert of(weights, ONE_HOT, {"gt": np.eye(3, dtype=np.float32)[CLASSES]}) == expected


def test_a_class_behind_the_last_weight_and_padding_weigh_one():
    assert of({1: 3.0}, SPARSE, {"gt": np.array([[7], [-1], [1]])}) == [1.0, 1.0, 3.0]


def test_classes_are_named_or_numbered():
    names = ["cat", "dog", "7"]
    assert of({"dog": 3.0, "0": 2, "7": 5}, SPARSE, {"gt": CLASSES[:, None]}, class_names=names) == [2.0, 3.0, 5.0, 3.0]


@pytest.mark.parametrize(
    ("weights", "specs", "options", "message"),
    [
        (
            {"dgo": 1.0},
            SPARSE,
            {"class_names": ["cat", "dog"]},
            "got 'dgo'; the classes are cat, dog; did you mean dog?",
        ),
        ({"dog": 1.0}, SPARSE, {}, "the model names no classes: use indices, or override _class_names"),
        ({3: 1.0}, ONE_HOT, {}, "from 0 on and below 3, got 3"),
        ({2: 1.0}, SPARSE, {"class_names": ["cat", "dog"]}, "from 0 on and below 2, got 2"),
        ({-1: 1.0}, SPARSE, {}, "from 0 on, got -1"),
        ({0: -1.0}, SPARSE, {}, "finite weights >= 0, got -1.0 for the class 0"),
        ({0: float("nan")}, SPARSE, {}, "finite weights >= 0, got nan"),
        ({0: 1.0, "cat": 2.0}, SPARSE, {"class_names": ["cat"]}, "must name each class once"),
        ({0: 1.0}, SPARSE, {"target": "g"}, "class_weight_target must be one of the targets gt, got 'g'"),
        (
            {0: 1.0},
            {**SPARSE, "b": ArraySpec((1,), int)},
            {},
            "since there are b, gt: set --trainer.class_weight_target",
        ),
        (
            {0: 1.0},
            {"gt": ArraySpec((None,), int)},
            {},
            r"one class a sample in the target 'gt', whose shape is (None,)",
        ),
        ({0: 1.0}, {"gt": ArraySpec((8, 8), int)}, {}, "one class a sample"),
        ({0: 1.0}, {"gt": ArraySpec((1,), float)}, {}, "class indices, integers, in the target 'gt', got float64"),
        ({0: 1.0}, {"gt": ArraySpec((1,), str)}, {}, "class indices, integers, in the target 'gt', got object"),
    ],
)
def test_weights_that_fit_no_class_are_refused(weights, specs, options, message):
    with pytest.raises(ClassWeightError) as caught:
        ClassWeight(weights, specs, **options)
    assert message in str(caught.value)


class TwoLosses(PointsModel):
    def _loss(self, inputs, targets, outputs):
        return {"a": tf.constant([1.0, 2.0]), "b": tf.constant([1.0, 2.0])}

    def _sample_weights(self, inputs, targets):
        return {"a": tf.constant([1.0, 3.0]), "metric": tf.ones((2, 4))}


def losses(training, **options):
    model = TwoLosses(PointsModelParams())
    model.class_weight = ClassWeight({0: 2.0, 1: 10.0}, SPARSE, **options)
    targets = {"gt": tf.constant([[0], [1]])}
    made = model.sample_losses({}, targets, {}, training=training)
    weights = model.sample_weights({}, targets, training=training)
    return {name: loss.numpy().tolist() for name, loss in made.items()}, weights["metric"].numpy()[:, 0].tolist()


def test_class_weights_multiply_the_weights_of_samples_in_training_only():
    assert losses(training=True) == ({"a": [2.0, 60.0], "b": [2.0, 20.0]}, [2.0, 10.0])
    assert losses(training=False) == ({"a": [1.0, 6.0], "b": [1.0, 2.0]}, [1.0, 1.0])


def test_only_the_losses_that_are_named_are_weighed():
    assert losses(training=True, losses=["b"])[0] == {"a": [1.0, 6.0], "b": [2.0, 20.0]}
    with pytest.raises(ClassWeightError, match=r"class_weight_losses must name losses of a, b, got \['c'\]"):
        losses(training=True, losses=["c"])


def test_a_loss_that_is_the_mean_of_a_batch_is_refused():
    class Mean(PointsModel):
        def _loss(self, inputs, targets, outputs):
            return {"a": tf.constant(1.0)}

    model = Mean(PointsModelParams())
    model.class_weight = ClassWeight({0: 2.0}, SPARSE)
    with pytest.raises(TypeError, match="one value a sample, .* because _sample_weights or class_weight weighs it"):
        model.sample_losses({}, {"gt": tf.constant([[0], [1]])}, {}, training=True)


def test_a_hook_must_name_classes_by_different_texts():
    class Names(PointsModel):
        names: object = None

        def _class_names(self):
            return self.names

    model = Names(PointsModelParams())
    assert model.class_names() is None
    for wrong in ("abc", ["a", "a"], [1, 2], 3):
        model.names = wrong
        with pytest.raises(TypeError, match="_class_names must return different texts"):
            model.class_names()
