import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.tensorboard import ConfusionMatrix, PRCurve, Recorder, record_image, record_scalar
from tfaip.model.tensorboard.confusion_picture import confusion_picture


def summary_of(metric):
    return tf.compat.v1.Summary.FromString(metric.result().numpy())


def test_a_pr_curve_counts_what_reaches_each_threshold():
    random = np.random.default_rng(0)
    labels, probabilities = random.integers(0, 2, (50, 2)), random.random((50, 2)).astype(np.float32)
    weights = random.integers(0, 3, 50)
    metric = PRCurve(5)
    for part in (slice(0, 20), slice(20, 50)):
        metric.update_state(labels[part], probabilities[part], sample_weight=weights[part])
    counts = tf.make_ndarray(summary_of(metric).value[0].tensor)
    weighed = weights[:, None] * np.ones((1, 2))
    for place, threshold in enumerate(np.linspace(0, 1, 5)):
        reached = probabilities >= threshold
        assert counts[0, place] == np.sum(weighed * (reached & (labels == 1)))
        assert counts[1, place] == np.sum(weighed * (reached & (labels == 0)))
    np.testing.assert_allclose(counts[4, :-1], counts[0, :-1] / (counts[0] + counts[1])[:-1], rtol=1e-6)


def test_a_confusion_matrix_takes_classes_or_probabilities():
    by_class, by_probability = ConfusionMatrix(3), ConfusionMatrix(3)
    true, predicted = np.array([[0], [2], [2]]), np.array([1, 2, 0])
    by_class.update_state(true, predicted)
    by_probability.update_state(true, keras.utils.to_categorical(predicted, 3).astype(np.float32))
    expected = [[0, 1, 0], [0, 0, 0], [1, 0, 1]]
    np.testing.assert_array_equal(by_class.counts, expected)
    np.testing.assert_array_equal(by_probability.counts, expected)


@pytest.mark.parametrize("classes", [1, 3, 30, 31, 1000])
def test_a_picture_has_a_size_that_can_be_looked_at(classes):
    picture = confusion_picture(np.eye(classes))
    assert picture.dtype == np.uint8
    assert picture.shape[0] == picture.shape[1] <= 2040
    assert picture.min() < 100 < 200 < picture.max()


def test_a_picture_shows_the_names_of_classes_at_both_axes():
    counts = np.array([[3, 1], [0, 2]])
    by_number, named = confusion_picture(counts), confusion_picture(counts, ["cat", "hippopotamus"])
    added = named.shape[0] - by_number.shape[0]
    assert added > 40  # the longer name, at the left and, upright, at the top

    def inked(part):
        return int((part < 100).all(axis=-1).sum())

    margin = named.shape[0] - by_number.shape[0] + 30
    assert inked(named[margin:, :margin]) > inked(by_number[30:, :30])
    assert inked(named[:margin, margin:]) > inked(by_number[:30, 30:])
    # Both axes have a title, also where no names are.
    assert inked(confusion_picture(np.eye(50))[:24, 24:]) > 50
    assert inked(confusion_picture(np.eye(50))[24:, :24]) > 50


def test_a_confusion_matrix_draws_its_class_names():
    counts = [0, 1, 1], [0, 1, 0]
    plain, named = ConfusionMatrix(2), ConfusionMatrix(2, class_names=["cat", "dog"])
    for metric in (plain, named):
        metric.update_state(*map(np.array, counts))
    pictures = [tf.make_ndarray(summary_of(metric).value[0].tensor)[2] for metric in (plain, named)]
    assert pictures[0] != pictures[1]


def test_a_confusion_matrix_refuses_a_wrong_number_of_names():
    with pytest.raises(ValueError, match="class_names must name each of the 3 classes .* got 2"):
        ConfusionMatrix(3, class_names=["cat", "dog"])


def test_outside_of_a_recorder_nothing_is_recorded_and_nothing_computed():
    traced = tf.function(lambda x: record_image("x", x)).get_concrete_function(tf.TensorSpec((None, 4, 4, 1)))
    assert {operation.type for operation in traced.graph.get_operations()} <= {"Placeholder", "NoOp"}


def test_a_recorder_keeps_the_last_batch_of_any_shape_from_within_a_compiled_loop():
    recorder, written = Recorder(), []

    @tf.function(autograph=False)
    def loop():
        def step(i):
            with recorder.recording():
                recorder.keep("ones", tf.ones([i]), lambda *args: written.append(args))
                record_scalar("i", tf.cast(i, tf.bfloat16))
            return (i + 1,)

        return tf.while_loop(lambda i: i < 5, step, (tf.constant(1),))

    loop()
    assert recorder.names == ["ones", "i"]
    with tf.summary.create_noop_writer().as_default():
        recorder.write(7)
    ((name, array, epoch),) = written
    assert (name, array.tolist(), epoch) == ("ones", [1, 1, 1, 1], 7)
