"""What TensorBoard is given."""

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder
from tfaip.trainer.recorders.recorder_list import Recorders
from tfaip.trainer.recorders.tensorboard_recorder import TensorBoardRecorder
from tfaip.trainer.reporting.flat_params import flat_params


def train(params):
    return PointsScenario.create_trainer(params).train()


def events_of(folder, run=".") -> EventAccumulator:
    events = EventAccumulator(str(RunFolder(folder).events / run))
    events.Reload()
    return events


def hparams_of(folder, tag) -> HParamsPluginData:
    metadata = events_of(folder).SummaryMetadata(tag)
    return HParamsPluginData.FromString(metadata.plugin_data.content)


def test_the_parameters_are_hyperparameters_and_a_text(points_params):
    params = points_params()
    train(params)
    start = hparams_of(params.output_dir, "_hparams_/session_start_info").session_start_info
    assert start.hparams["learning_rate.lr"].number_value == 0.02
    assert start.hparams["optimizer"].string_value == "Adam"
    assert hparams_of(params.output_dir, "_hparams_/session_end_info").HasField("session_end_info")
    (event,) = events_of(params.output_dir).Tensors("parameters")
    assert b'        "lr": 0.02' in tf.make_ndarray(event.tensor_proto).item()


def test_a_resumed_run_has_its_parameters_once(points_params):
    params = points_params(epochs=1)
    train(params)
    params.epochs = 2
    PointsScenario.create_trainer(params).resume()
    assert len(events_of(params.output_dir).Tensors("parameters")) == 1


def test_parameters_are_flat_with_the_names_of_the_command_line(points_params):
    flat = flat_params(points_params())
    assert flat["scenario.model.units"] == 8
    assert flat["scenario.data.pre_proc.processors.0"] == "Jitter"
    assert flat["scenario.data.pre_proc.processors.0.modes"] == "['training']"
    assert flat["samples_per_epoch"] == "none"
    assert flat["force_eager"] is False
    assert not any("__cls__" in name for name in flat)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (np.zeros((4, 5), np.uint8), (4, 5, 1)),
        (np.zeros((4, 5, 3), np.uint8), (4, 5, 3)),
        (np.zeros((4, 5, 3), np.float32), (4, 5, 3)),
        (tf.io.encode_png(np.zeros((4, 5, 3), np.uint8)).numpy(), (4, 5, 3)),
        (np.zeros((4, 5)), None),
        (np.zeros(5, np.uint8), None),
        (0.5, None),
        ("words", None),
        (b"bytes", None),
        ([[1, 2], [3]], None),
    ],
)
def test_only_what_is_an_image_is_recorded_as_one(tmp_path, value, shape):
    recorder = TensorBoardRecorder()
    recorders = Recorders([recorder])
    recorders.open(RunFolder(tmp_path), PointsScenario.default_trainer_params(), is_resumed=True)
    recorders.images(3, "lav_l0", {"picture": value})
    recorders.close("stopped")
    if shape is None:
        assert not (tmp_path / "events").exists()
        return
    events = events_of(tmp_path, "lav_l0")
    (event,) = events.Tensors("picture")
    assert event.step == 3
    png = tf.make_ndarray(event.tensor_proto)[2]
    assert tf.image.decode_png(png).shape == shape


def test_without_a_folder_nothing_is_recorded():
    recorders = Recorders.of(PointsScenario.default_trainer_params(), None)
    recorders.scalars(1, 10, {"loss": 0.5})
    recorders.images(1, "train", {"picture": np.zeros((4, 5, 3), np.uint8)})
    recorders.close("finished")


def test_the_chosen_steps_are_profiled_where_tensorboard_looks_for_them(points_params, monkeypatch):
    made = []
    params = points_params(epochs=3, profile=True, profile_steps=[2, 7], steps_per_call=3)
    run = PointsScenario.create_trainer(params)
    for name in ("start", "stop"):
        call = getattr(tf.profiler.experimental, name)

        def recorded(*args, name=name, call=call):
            made.append((name, steps()))
            return call(*args)

        monkeypatch.setattr(tf.profiler.experimental, name, recorded)

    import tfaip.trainer.run.training_run as training_run

    contexts = []
    context_cls = training_run.RunContext
    monkeypatch.setattr(
        training_run, "RunContext", lambda **kwargs: contexts.append(context_cls(**kwargs)) or contexts[-1]
    )

    def steps():
        return contexts[-1].step

    run.train()
    assert made == [("start", 2), ("stop", 7)]
    assert list((RunFolder(params.output_dir).events / "train" / "plugins" / "profile").glob("*/*.xplane.pb"))


def test_a_training_that_ends_within_the_profile_still_writes_it(points_params):
    params = points_params(epochs=1, profile=True, profile_steps=[0, 100])
    train(params)
    assert list(RunFolder(params.output_dir).events.glob("train/plugins/profile/*/*.xplane.pb"))


@pytest.mark.parametrize("steps", [[3], [5, 5], [-1, 4], [1, 2, 3]])
def test_profile_steps_that_make_no_sense_are_refused(points_params, steps):
    with pytest.raises(ValueError, match="'profile_steps' must be two numbers of steps, the first below the second"):
        points_params(profile_steps=steps)
