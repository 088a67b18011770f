"""Whole trainings of a small scenario."""

import json
import logging
import re

import h5py
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfaip.model import load_prediction_function, load_stored_params
from tfaip.model.bundle.weights import read_weights
from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import SaveError
from tfaip.pipeline import PipelineMode
from tfaip.trainer import ConstantParams, RunFolder, RunFolderError, SGDParams, Trainer, TrainerParams
from tfaip.trainer.folder.checkpoint import Checkpoints


def train(params):
    return PointsScenario.create_trainer(params).train()


def resume(params):
    return PointsScenario.create_trainer(params).resume()


def metrics_of(folder) -> list[dict]:
    lines = [json.loads(line) for line in RunFolder(folder).metrics.read_text().splitlines()]
    return [{name: value for name, value in line.items() if name != "time"} for line in lines]


def scalars_of(folder) -> dict[str, list[tuple[int, float]]]:
    scalars = {}
    for run in sorted(path for path in RunFolder(folder).events.iterdir() if path.is_dir()):
        events = EventAccumulator(str(run))
        events.Reload()
        for tag in events.Tags()["tensors"]:
            values = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)]
            # Files of one second are read in any order.
            scalars[f"{run.name}/{tag}"] = sorted(values)
    return scalars


def variables_of(folder) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(Checkpoints(RunFolder(folder).checkpoint).newest().path / "variables.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder, parameters and logs of one finished training, shared by the tests that only look at it."""
    params = PointsScenario.default_trainer_params()
    params.output_dir = tmp_path_factory.mktemp("finished") / "run"
    params.epochs, params.random_seed, params.progress = 6, 5, "off"
    params.learning_rate.lr = 0.1
    params.gen.val.seed = 1
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    return params.output_dir, params, train(params)


def test_a_training_learns(finished):
    _, _, logs = finished
    assert logs["val_acc"] > 0.9
    assert logs["loss"] < 0.6


def test_a_run_folder_holds_all_that_the_documents_name(finished):
    folder, _, _ = finished
    names = {
        "trainer_params.json",
        "train.log",
        "metrics.jsonl",
        "status.json",
        "events",
        "checkpoint",
        "best",
        "export",
    }
    assert {path.name for path in folder.iterdir()} == names


def test_metrics_hold_every_log_of_every_epoch(finished):
    folder, _params, logs = finished
    metrics = metrics_of(folder)
    assert [line["epoch"] for line in metrics] == list(range(1, 7))
    assert [line["step"] for line in metrics] == [3 * epoch for epoch in range(1, 7)]
    assert set(metrics[0]) == {"epoch", "step", "loss", "ce", "acc", "lr", "val_loss", "val_ce", "val_acc"}
    assert {name: metrics[-1][name] for name in logs} == logs


def test_tensorboard_shows_training_and_validation_under_one_name(finished):
    folder, _, _ = finished
    scalars = scalars_of(folder)
    assert set(scalars) == {f"{part}/{name}" for part in ("train", "validation") for name in ("loss", "ce", "acc")} | {
        "train/lr"
    }
    expected = [(line["epoch"], pytest.approx(line["val_acc"])) for line in metrics_of(folder)]
    assert scalars["validation/acc"] == expected


def test_the_log_holds_a_line_of_results_an_epoch_and_samples_in_words(finished):
    folder, _, _ = finished
    log = RunFolder(folder).log.read_text()
    assert (
        len(re.findall(r"Results of epoch +\d+ acc: [\d.]+ - ce: [\d.]+ - loss: [\d.]+ - lr: [\d.]+ - val_acc: ", log))
        == 6
    )
    assert log.count("point {'index': 0} lies ") == 6


def test_the_log_ends_with_tables_of_the_epochs_and_of_the_times(finished):
    folder, _, _ = finished
    log = RunFolder(folder).log.read_text()
    assert re.search(r"Results of all epochs\n +epoch +loss +ce +acc +lr +val_loss +val_ce +val_acc\n", log)
    assert re.search(r"Mean of 5 epochs after the first\n(.*\n)+ +steps +[\d.]+s .*\n", log)


def test_the_status_tells_of_the_end_and_of_the_best_epoch(finished):
    folder, _, _ = finished
    status = json.loads(RunFolder(folder).status.read_text())
    best = max(metrics_of(folder), key=lambda line: line["val_acc"])
    assert (status["state"], status["epoch"], status["best_epoch"]) == ("finished", 6, best["epoch"])
    assert status["best_value"] == best["val_acc"]


def test_the_stored_parameters_are_those_of_the_run(finished):
    folder, params, _ = finished
    assert load_stored_params(TrainerParams, RunFolder(folder).trainer_params, scenario_at="scenario") == params


def test_the_best_bundle_has_the_accuracy_that_was_validated(finished):
    folder, params, _ = finished
    generator = PointsGenerator(PipelineMode.EVALUATION, params.gen.val)
    samples = [generator[index] for index in range(len(generator))]
    predict = load_prediction_function(RunFolder(folder).best)
    predicted = predict({"point": np.stack([sample.inputs["point"] for sample in samples])})["class"].numpy()
    accuracy = np.mean(predicted == [sample.targets["direction"][0] for sample in samples])
    assert accuracy == pytest.approx(max(line["val_acc"] for line in metrics_of(folder)))


def test_one_seed_gives_one_training(points_params):
    first, second = points_params("first"), points_params("second")
    assert train(first) == train(second)
    for name, value in variables_of(first.output_dir).items():
        np.testing.assert_array_equal(value, variables_of(second.output_dir)[name])


def test_another_seed_gives_another_training(points_params):
    assert train(points_params(None)) != train(points_params(None, random_seed=6))


def test_neither_processes_nor_steps_per_call_change_the_training(points_params):
    plain, parallel = points_params(None), points_params(None, steps_per_call=3)
    parallel.gen.setup.train.num_processes = 2
    assert train(plain) == train(parallel)


@pytest.mark.takes_long
def test_a_resumed_run_ends_as_one_that_never_stopped(points_params):
    whole, parts = points_params("whole", epochs=4), points_params("parts", epochs=2)
    train(whole)
    train(parts)
    parts.epochs = 4
    resume(parts)
    assert metrics_of(parts.output_dir) == metrics_of(whole.output_dir)
    assert scalars_of(parts.output_dir) == scalars_of(whole.output_dir)
    expected = variables_of(whole.output_dir)
    resumed = variables_of(parts.output_dir)
    assert set(resumed) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)
    status = [json.loads(RunFolder(p.output_dir).status.read_text()) for p in (whole, parts)]
    assert status[0]["best_epoch"] == status[1]["best_epoch"]


def test_a_run_that_is_resumed_with_nothing_left_to_train_has_the_same_status(points_params):
    # As one that was killed after its last checkpoint, before it could say that it has finished.
    params = points_params(epochs=2)
    train(params)

    def status():
        content = json.loads(RunFolder(params.output_dir).status.read_text())
        return {name: value for name, value in content.items() if name not in ("time", "pid")}

    before = status()
    resume(params)
    assert status() == before


@pytest.mark.takes_long
def test_a_resumed_run_validates_as_the_first_did_where_nothing_is_learned(points_params):
    # Without an average of the weights, which would still move towards them.
    params = points_params(epochs=2)
    logs = train(params)
    params.epochs, params.learning_rate = 3, ConstantParams(lr=0.0)
    resumed = resume(params)
    assert resumed["lr"] == 0
    assert {name: resumed[name] for name in ("val_loss", "val_acc")} == pytest.approx(
        {name: logs[name] for name in ("val_loss", "val_acc")}, abs=1e-5
    )


class Killed(BaseException):
    """Stands for the end of the process: nothing in the trainer may catch it."""


@pytest.mark.takes_long
def test_what_was_logged_after_the_checkpoint_stands_once_after_resuming(points_params, monkeypatch):
    whole, killed = points_params("whole"), points_params("killed")
    train(whole)
    write = Checkpoints.write

    def killed_in_epoch_two(self, step, state, weights, groups):
        if state["epoch"] == 2:
            raise Killed  # after the epoch was logged, before it is in a checkpoint
        return write(self, step, state, weights, groups)

    monkeypatch.setattr(Checkpoints, "write", killed_in_epoch_two)
    with pytest.raises(Killed):
        train(killed)
    assert len(metrics_of(killed.output_dir)) == 2
    monkeypatch.undo()
    resume(killed)
    assert metrics_of(killed.output_dir) == metrics_of(whole.output_dir)
    assert scalars_of(killed.output_dir) == scalars_of(whole.output_dir)
    assert RunFolder(killed.output_dir).log.read_text().count("Results of epoch    2") == 1


def test_a_run_without_checkpoint_starts_anew_when_resumed(points_params, caplog):
    params = points_params()
    train(params)
    for file in (params.output_dir / "checkpoint").rglob("*"):
        file.unlink() if file.is_file() else None
    for folder in (params.output_dir / "checkpoint").iterdir():
        folder.rmdir()
    # As of a run that was killed; one that has finished is not trained anew.
    status = params.output_dir / "status.json"
    status.write_text(json.dumps({**json.loads(status.read_text()), "state": "running"}))
    with caplog.at_level(logging.WARNING):
        resume(params)
    assert "has no checkpoint yet, the run starts anew" in caplog.text
    assert len(metrics_of(params.output_dir)) == 3


def test_resuming_a_finished_run_only_exports(points_params):
    params = points_params()
    train(params)
    before = metrics_of(params.output_dir)
    exported = RunFolder(params.output_dir).export / "weights.h5"
    weights = read_weights(exported)
    exported.unlink()
    resume(params)
    assert metrics_of(params.output_dir) == before
    for path, value in read_weights(exported).items():
        np.testing.assert_array_equal(value, weights[path])


def test_a_second_training_does_not_touch_the_first(points_params):
    params = points_params()
    train(params)
    before = {path: path.stat().st_mtime_ns for path in params.output_dir.rglob("*")}
    with pytest.raises(RunFolderError, match="holds a run already"):
        train(points_params())
    assert {path: path.stat().st_mtime_ns for path in params.output_dir.rglob("*")} == before


def test_without_a_folder_nothing_is_written(points_params, tmp_path):
    train(points_params(None))
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_cannot_be_loaded_again_is_refused_before_a_folder_is_touched(points_params):
    params = points_params(overwrite=True)
    params.output_dir.mkdir()
    (params.output_dir / "trainer_params.json").write_text("the run before")
    for start in (Trainer.train, Trainer.resume):
        params.scenario.model.units = 8
        trainer = PointsScenario.create_trainer(params)
        trainer.params.scenario.model.units = "many"
        with pytest.raises(SaveError, match=r"\$\.scenario\.model\.units: can't be saved: expects int, got 'many'"):
            start(trainer)
    assert [path.name for path in params.output_dir.iterdir()] == ["trainer_params.json"]


def test_an_epoch_may_have_a_number_of_samples_of_its_own(points_params):
    params = points_params(samples_per_epoch=20)
    train(params)
    # A pass over the 48 samples ends with a batch of 8, so that the third epoch takes one batch more to reach 20.
    assert [line["step"] for line in metrics_of(params.output_dir)] == [2, 4, 7]


def test_validation_every_second_epoch_and_after_the_last(points_params):
    params = points_params(val_every_n=2)
    train(params)
    assert ["val_loss" in line for line in metrics_of(params.output_dir)] == [False, True, True]


def test_the_rate_falls_with_the_epochs(points_params):
    params = points_params(epochs=4)
    params.learning_rate.learning_cycle = 2
    params.learning_rate.lr_decay_rate = 0.5
    train(params)
    assert [line["lr"] for line in metrics_of(params.output_dir)] == pytest.approx([0.02, 0.02, 0.01, 0.01])


def test_an_eager_training_computes_the_same(points_params):
    eager, compiled = train(points_params(None, force_eager=True)), train(points_params(None))
    assert eager == pytest.approx(compiled, rel=1e-5)


def test_a_rate_of_zero_leaves_the_weights(points_params):
    params = points_params(learning_rate=ConstantParams(lr=0.0), optimizer=SGDParams())
    train(params)
    losses = [line["val_loss"] for line in metrics_of(params.output_dir)]
    assert losses[0] == losses[1] == losses[2]


def test_an_error_in_a_processor_comes_out_as_it_was_raised(points_params, monkeypatch):
    def broken(self, index):
        raise LookupError(f"no image {index}")

    monkeypatch.setattr(PointsGenerator, "__getitem__", broken)
    params = points_params()
    with pytest.raises(LookupError, match=r"no image \d+"):
        train(params)
    assert json.loads(RunFolder(params.output_dir).status.read_text())["state"] == "failed"


@pytest.mark.parametrize(("name", "value"), [("epochs", 0), ("val_every_n", 0), ("samples_per_epoch", 0)])
def test_a_number_that_makes_no_sense_is_refused_by_name(points_params, name, value):
    with pytest.raises(ValueError, match=f"'{name}' must be >= 1"):
        points_params(**{name: value})


@pytest.mark.parametrize(("precision", "dtype"), [("mixed_bfloat16", "bfloat16"), ("mixed_float16", "float16")])
def test_a_training_computes_in_the_precision_that_the_devices_name(points_params, monkeypatch, precision, dtype):
    computed = []
    call = PointsGraph.call
    monkeypatch.setattr(
        PointsGraph, "call", lambda self, inputs, training=None: computed.append(self.hidden.compute_dtype)
        or call(self, inputs, training=training)
    )  # fmt: skip
    params = points_params(epochs=5)
    params.device.precision = precision
    assert train(params)["val_acc"] > 0.8
    assert set(computed) == {dtype}
