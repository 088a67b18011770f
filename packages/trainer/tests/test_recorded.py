"""What layers, models and metrics show in TensorBoard, in the event files of real trainings."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfaip.model import MetricDefinition
from tfaip.model.bundle.weights import read_weights
from tfaip.model.tensorboard import ConfusionMatrix, PRCurve, record, record_scalar
from tfaip.model.tensorboard.confusion_picture import CELL_WITH_NUMBERS
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder

RECORDED_TAGS = {
    "points/batch": "images",
    "points/hidden_values": "histograms",
    "points/largest": "scalars",
    "sum": "scalars",
    "model/own": "scalars",
    "confusion": "images",
    "north": "pr_curves",
    "f1s/2": "scalars",
}


def write_own(name, array, step):
    tf.summary.scalar(name, len(array), step=step)


class RecordingGraph(PointsGraph):
    def call(self, inputs, training=None):
        images = ops.cast(ops.tile(inputs["point"][:, :, None, None], (1, 1, 3, 1)) > 0, "float32")
        self.record_image("batch", images, max_images=2)
        hidden = self.hidden(inputs["point"])
        self.record_histogram("hidden_values", hidden)
        self.record_scalar("largest", ops.max(hidden))
        return super().call(inputs, training)


class RecordingModel(PointsModel):
    def create_graph(self, params):
        return RecordingGraph(params)

    def _loss(self, inputs, targets, outputs):
        record_scalar("sum", ops.sum(inputs["point"]))
        record("model/own", inputs["point"], write_own)
        return super()._loss(inputs, targets, outputs)

    def _metric(self):
        def north(inputs, targets, outputs):
            return targets["direction"][:, 0] == 0

        def one_hot(inputs, targets, outputs):
            return ops.one_hot(targets["direction"][:, 0], 3)

        return {
            **super()._metric(),
            "confusion": MetricDefinition("direction", "pred", ConfusionMatrix(3)),
            "north": MetricDefinition(north, lambda inputs, targets, outputs: outputs["pred"][:, 0], PRCurve(11)),
            "f1s": MetricDefinition(one_hot, "pred", keras.metrics.F1Score()),
        }


def train(params, model=RecordingModel):
    trainer = PointsScenario.create_trainer(params)
    trainer.scenario.create_model = lambda: model(params.scenario.model)
    return trainer


def events_of(folder, run):
    events = EventAccumulator(str(RunFolder(folder).events / run), size_guidance={"tensors": 0})
    return events.Reload()


def values_of(events, tag):
    return {event.step: tf.make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    params = PointsScenario.default_trainer_params()
    params.output_dir = tmp_path_factory.mktemp("recorded") / "run"
    params.epochs, params.random_seed, params.progress = 3, 5, "off"
    params.learning_rate.lr = 0.1
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.setup.val.batch_size = 7  # of 48, so that the last batch has 6
    logs = train(params).train()
    return params, logs


@pytest.mark.parametrize("run", ["train", "validation"])
def test_each_kind_is_written_once_an_epoch_to_its_plugin(recorded, run):
    params, _ = recorded
    events = events_of(params.output_dir, run)
    for tag, plugin in RECORDED_TAGS.items():
        assert events.SummaryMetadata(tag).plugin_data.plugin_name == plugin, tag
        assert sorted(values_of(events, tag)) == [1, 2, 3], tag


def test_of_the_batches_the_last_is_kept(recorded):
    params, _ = recorded
    events = events_of(params.output_dir, "validation")
    assert float(values_of(events, "model/own")[1]) == 6
    width, height, *images = values_of(events, "points/batch")[3]
    assert (width, height, len(images)) == (b"3", b"2", 2)
    assert tf.io.decode_png(images[0]).shape == (2, 3, 1)


def test_the_curve_and_the_matrix_agree_with_the_logs(recorded):
    params, logs = recorded
    events = events_of(params.output_dir, "validation")
    true_positives, false_positives, true_negatives, false_negatives, _, recall = values_of(events, "north")[3]
    total = true_positives + false_positives + true_negatives + false_negatives
    np.testing.assert_array_equal(total, np.full(11, 48))
    assert recall[0] == 1
    assert np.all(np.diff(recall) <= 0)
    assert logs["val_acc"] > 0.9
    _, _, png = values_of(events, "confusion")[3]
    picture = tf.io.decode_png(png).numpy()
    # The diagonal of a good matrix is dark, and the rest is light; the corner of a cell has no number.
    grid = (picture == 200).all(axis=-1)
    top, left = (np.argmax(grid.sum(axis=axis) > CELL_WITH_NUMBERS) + 3 for axis in (1, 0))  # in the first cell
    assert picture[top, left, 0] < 60
    assert picture[top, left + CELL_WITH_NUMBERS, 0] > 180


def test_what_is_recorded_is_no_log(recorded):
    _, logs = recorded
    assert set(logs) == {"loss", "ce", "acc", "lr", "val_loss", "val_ce", "val_acc"}


def test_an_exported_graph_records_nothing(recorded):
    params, _ = recorded
    loaded = tf.saved_model.load(str(RunFolder(params.output_dir).best / "serve"))
    operations = {operation.type for operation in loaded.signatures["serving_default"].graph.get_operations()}
    assert not [name for name in operations if "Summary" in name or name.startswith("Assign")]


@pytest.mark.takes_long
def test_recording_changes_nothing_of_a_training_and_its_resume(points_params):
    plain, recorded = points_params("plain", epochs=2), points_params("recorded", epochs=1)
    train(plain, PointsModel).train()
    train(recorded).train()
    recorded.epochs = 2
    train(recorded).resume()
    expected = read_weights(RunFolder(plain.output_dir).export / "weights.h5")
    for path, value in read_weights(RunFolder(recorded.output_dir).export / "weights.h5").items():
        np.testing.assert_array_equal(value, expected[path])
    assert sorted(values_of(events_of(recorded.output_dir, "train"), "sum")) == [1, 2]


def test_recording_works_eagerly(points_params):
    params = points_params(epochs=1, force_eager=True)
    train(params).train()
    assert list(values_of(events_of(params.output_dir, "train"), "points/largest")) == [1]
