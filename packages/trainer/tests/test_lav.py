"""Load and validate during training."""

import json
import logging

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.model.testing.points.data import DIRECTIONS
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsGeneratorParams, PointsPipelineParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict import LAV, LAVParams
from tfaip.trainer import RunFolder


class RightNames(Evaluator[EvaluatorParams]):
    """Share of samples whose name, made by the post-processing, is right; and a picture."""

    def __enter__(self):
        self.right = []
        return self

    def update_state(self, sample):
        self.right.append(sample.outputs["name"] == DIRECTIONS[int(sample.targets["direction"][0])])

    def result(self):
        picture = np.full((2, len(self.right), 3), 255, np.uint8)
        png = tf.io.encode_png(picture).numpy()
        return {"right_names": np.mean(self.right), "picture": picture, "png": png, "words": "none"}


@pytest.fixture
def lav_params(points_params, monkeypatch):
    """Parameters of a training with two data sets to load and validate, and an evaluator."""
    lists = [PointsGeneratorParams(count=30, seed=1), PointsGeneratorParams(count=20, seed=2)]
    monkeypatch.setattr(PointsPipelineParams, "lav_gen", lambda self: lists)
    monkeypatch.setattr(PointsScenario, "evaluator_cls", classmethod(lambda cls: RightNames))

    def make(folder="run", **changes):
        return points_params(folder, **{"lav_every_n": 1, **changes})

    return make


def metrics_of(folder) -> list[dict]:
    return [json.loads(line) for line in RunFolder(folder).metrics.read_text().splitlines()]


def epochs_with_lav(params) -> list[int]:
    return [line["epoch"] for line in metrics_of(params.output_dir) if "lav_l0_acc" in line]


def train(params):
    return PointsScenario.create_trainer(params).train()


def test_each_data_set_has_logs_of_its_own_in_all_places(lav_params):
    params = lav_params()
    logs = train(params)
    names = {f"lav_{which}_{name}" for which in ("l0", "l1") for name in ("loss", "ce", "acc", "right_names")}
    assert {name for name in logs if name.startswith("lav_")} == names
    assert logs["lav_l0_acc"] == pytest.approx(logs["lav_l0_right_names"])
    assert logs["lav_l0_loss"] == pytest.approx(logs["val_loss"], abs=1e-6), "the validation's data, too"
    assert names <= set(metrics_of(params.output_dir)[-1])
    assert "lav_l1_right_names: " in RunFolder(params.output_dir).log.read_text()
    events = EventAccumulator(str(RunFolder(params.output_dir).events / "lav_l1"))
    events.Reload()
    values = {event.step: float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors("right_names")}
    assert values[3] == pytest.approx(logs["lav_l1_right_names"])


def test_images_of_the_evaluator_are_in_tensorboard_and_nowhere_else(lav_params):
    params = lav_params()
    train(params)
    assert "lav_l0_picture" not in metrics_of(params.output_dir)[-1]
    events = EventAccumulator(str(RunFolder(params.output_dir).events / "lav_l0"))
    events.Reload()
    for tag in ("picture", "png"):
        width, height, png = tf.make_ndarray(events.Tensors(tag)[-1].tensor_proto)
        assert (width, height) == (b"30", b"2")
        assert tf.image.decode_png(png).shape == (2, 30, 3)
    assert "words" not in events.Tags()["tensors"]


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_it_equals_load_and_validate_of_the_exported_model_to_seven_places(lav_params, ema_decay):
    params = lav_params(ema_decay=ema_decay)
    params.scenario.export_serve = True
    logs = train(params)
    lav = LAV.from_path(RunFolder(params.output_dir).export, LAVParams())
    results = list(lav.run(params.gen.lav_gen()))
    assert len(results) == 2
    for result in results:
        for name, value in result.logs().items():
            assert logs[f"lav_{result.name}_{name}"] == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize(
    ("every", "first", "epochs"), [(0, 0, []), (2, 0, [2, 4, 5]), (1, 3, [3, 4, 5]), (2, 9, [5]), (9, 0, [5])]
)
def test_it_is_done_every_few_epochs_from_a_first_one_on_and_after_the_last(lav_params, every, first, epochs):
    params = lav_params(epochs=5, lav_every_n=every, lav_min_epoch=first)
    train(params)
    assert epochs_with_lav(params) == epochs


def test_the_epoch_that_early_stopping_makes_the_last_is_validated_too(lav_params):
    params = lav_params(epochs=9, lav_every_n=9)
    params.early_stopping.upper_threshold = 0.0
    train(params)
    assert epochs_with_lav(params) == [1]


@pytest.mark.takes_long
def test_it_neither_changes_the_training_nor_the_validation(lav_params):
    with_lav, without = train(lav_params()), train(lav_params("without", lav_every_n=0))
    assert {name: value for name, value in with_lav.items() if not name.startswith("lav_")} == without


@pytest.mark.takes_long
def test_a_resumed_run_has_the_same_values(lav_params):
    whole, parts = lav_params("whole", epochs=4), lav_params("parts", epochs=2)
    train(whole)
    train(parts)
    parts.epochs = 4
    PointsScenario.create_trainer(parts).resume()
    logs = [[dict(line, time=0) for line in metrics_of(params.output_dir)] for params in (whole, parts)]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("log", ["lav_l1_acc", "lav_l0_right_names"])
def test_the_best_model_may_be_chosen_by_one_of_its_logs(lav_params, monkeypatch, log):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", log))
    params = lav_params(lav_every_n=2)
    train(params)
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    values = {line["epoch"]: line[log] for line in metrics_of(params.output_dir) if log in line}
    assert set(values) == {2, 3}
    assert status["best_value"] == max(values.values())


def test_a_best_log_that_no_evaluator_gives_is_named(lav_params, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "lav_l0_cer"))
    with pytest.raises(
        ValueError, match="PointsModel._best_logging_settings .* got 'lav_l0_cer'; there are lav_l0_loss"
    ):
        train(lav_params())


def test_a_best_log_of_a_data_set_that_there_is_not_is_refused_before_the_first_epoch(lav_params, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "lav_l2_acc"))
    params = lav_params()
    with pytest.raises(ValueError, match="must name one of the logs .*lav_l1_acc; got 'lav_l2_acc'"):
        train(params)
    assert not RunFolder(params.output_dir).metrics.exists()


@pytest.mark.takes_long
def test_samples_in_words_are_logged_unless_it_is_silent(lav_params, caplog):
    counts = []
    for silent in (True, False):
        params = lav_params(None, lav_silent=silent, epochs=1)
        params.scenario.print_eval_limit = 3
        caplog.clear()
        with caplog.at_level(logging.INFO):
            train(params)
        counts.append(caplog.text.count(" lies "))
    assert counts == [3, 3 + 2 * 3]
