"""Runs of MLflow, recorded by its own client in a store of SQLite."""

import getpass
import sys

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import Action, MLflowParams, RecorderError, Trainer
from tfaip.trainer.recorders.base import RecordedRun
from tfaip.trainer.recorders.recorder_list import Recorders
from tfaip.trainer.testing.killed_run import run_with_kills

mlflow = pytest.importorskip("mlflow", reason="needs tfaip-trainer[mlflow]")


@pytest.fixture
def client(tmp_path, monkeypatch):
    """The client of a store in the test's folder, where artifacts are kept too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.set_tracking_uri(None)
    return mlflow.MlflowClient()


@pytest.fixture
def params(points_params):
    def make(**changes):
        made = points_params(**changes)
        made.recorders = [MLflowParams(experiment="points")]
        return made

    return make


def the_run(client):
    experiment = client.get_experiment_by_name("points")
    (run,) = client.search_runs([experiment.experiment_id])
    return run


def history(client, key):
    return [(point.step, point.value) for point in client.get_metric_history(the_run(client).info.run_id, key)]


class Failing(Action):
    """Fails in an epoch, after it was reported and before its checkpoint is written."""

    def __init__(self, epoch):
        self.epoch = epoch

    def export(self, context):
        if context.epoch == self.epoch:
            raise ZeroDivisionError("out of luck")


def trained(params, *actions, resume=False):
    trainer = Trainer(params, PointsScenario(params.scenario))
    trainer.create_actions = lambda: list(actions)
    return trainer.resume() if resume else trainer.train()


def test_a_run_has_parameters_metrics_of_each_epoch_and_the_best_model(client, params, metrics_of):
    made = params(epochs=2)
    trained(made)
    run = the_run(client)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "run"
    assert run.data.params["learning_rate.lr"] == "0.02"
    assert run.data.params["optimizer"] == "Adam"
    assert history(client, "val_acc") == [(line["epoch"], line["val_acc"]) for line in metrics_of(made.output_dir)]
    assert "best/weights.h5" in [file.path for file in client.list_artifacts(run.info.run_id, "best")]


def test_a_run_that_was_killed_three_times_goes_on_and_holds_each_step_once(client, params, metrics_of, monkeypatch):
    made = params(epochs=5)
    with monkeypatch.context() as patched:
        patched.setattr(Recorders, "close", lambda self, status: None)  # a kill leaves no time for that
        for epoch in (2, 3, 4):
            with pytest.raises(ZeroDivisionError):
                trained(made, Failing(epoch), resume=epoch > 2)
        assert the_run(client).info.status == "RUNNING"
    trained(made, resume=True)
    assert the_run(client).info.status == "FINISHED"
    assert history(client, "loss") == [(line["epoch"], line["loss"]) for line in metrics_of(made.output_dir)]
    assert len(history(client, "val_acc")) == 5


def test_three_kills_leave_each_step_once(client, params, metrics_of):
    made = params(epochs=8, checkpoint_every_n_steps=2)
    kills = run_with_kills(made, steps=30, kills=3, seed=4)
    assert kills
    assert the_run(client).info.status == "FINISHED"
    for name in ("loss", "val_acc"):
        assert history(client, name) == [(line["epoch"], line[name]) for line in metrics_of(made.output_dir)]
    assert len(history(client, "loss")) == 8


def test_a_run_that_fails_is_failed_there_until_it_goes_on(client, params):
    made = params(epochs=2)
    with pytest.raises(ZeroDivisionError):
        trained(made, Failing(2))
    assert the_run(client).info.status == "FAILED"
    trained(made, resume=True)
    assert the_run(client).info.status == "FINISHED"


def test_a_server_that_is_away_for_a_while_gets_all_steps_later(client, tmp_path, monkeypatch, caplog):
    recorder = MLflowParams(experiment="points").create()
    recorder.open(RecordedRun(tmp_path, is_resumed=False))
    log_batch = recorder._client.log_batch

    def away(*args, **kwargs):
        raise mlflow.exceptions.MlflowException("no route to host")

    monkeypatch.setattr(recorder._client, "log_batch", away)
    recorder.scalars(1, 10, {"loss": 0.5})
    recorder.scalars(2, 20, {"loss": 0.25})
    assert "MLflow can't be told of the run now: no route to host" in caplog.text
    monkeypatch.setattr(recorder._client, "log_batch", log_batch)
    recorder.close("stopped")
    assert history(client, "loss") == [(1, 0.5), (2, 0.25)]
    assert the_run(client).info.status == "KILLED"


def test_odd_names_values_and_images_are_recorded(client, tmp_path):
    recorder = MLflowParams(experiment="points").create()
    recorder.open(RecordedRun(tmp_path, is_resumed=False))
    recorder.hyperparameters({f"list.{number}": "x" * 9000 for number in range(250)})
    recorder.scalars(1, 1, {"loss [ü], 50 %": float("nan"), "gradient_norm/graph/dense": float("inf")})
    recorder.image(1, "lav_l0", "confusion matrix", np.full((2, 3, 3), 0.5))
    recorder.text(1, "note", "words")
    recorder.close("finished")
    run = the_run(client)
    assert len(run.data.params) == 250
    assert set(run.data.metrics) == {"loss _ü__ 50 _", "gradient_norm/graph/dense"}
    assert [file.path for file in client.list_artifacts(run.info.run_id, "images/lav_l0")] == [
        "images/lav_l0/confusion matrix_00001.png"
    ]
    assert [file.path for file in client.list_artifacts(run.info.run_id, "texts")] == ["texts/note_00001.txt"]


def test_a_metric_that_the_server_refuses_keeps_no_other_back(client, tmp_path, monkeypatch, caplog):
    recorder = MLflowParams(experiment="points").create()
    recorder.open(RecordedRun(tmp_path, is_resumed=False))
    log_batch = recorder._client.log_batch

    def strict(run, metrics):
        if any(metric.key == "odd" for metric in metrics):
            raise mlflow.exceptions.MlflowException.invalid_parameter_value("odd is no name")
        log_batch(run, metrics=metrics)

    monkeypatch.setattr(recorder._client, "log_batch", strict)
    recorder.scalars(1, 1, {"loss": 0.5, "odd": 1.0, "acc": 0.25})
    recorder.scalars(2, 2, {"loss": 0.25})
    assert history(client, "loss") == [(1, 0.5), (2, 0.25)]
    assert history(client, "acc") == [(1, 0.25)]
    assert caplog.text.count("odd is no name") == 1


def test_no_metric_is_named_as_a_folder_of_others(client, tmp_path):
    recorder = MLflowParams(experiment="points").create()
    recorder.open(RecordedRun(tmp_path, is_resumed=False))
    recorder.diagnostics(1, 1, {"gradient_norm/graph/kernel": 1.0, "gradient_norm": 2.0, "stage": 1.0})
    assert set(the_run(client).data.metrics) == {"gradient_norm/graph/kernel", "gradient_norm/all", "stage"}


def test_the_ui_finds_user_command_and_kind_of_experiment(client, params, monkeypatch, caplog):
    with caplog.at_level("INFO"):
        trained(params(epochs=1))
    run = the_run(client)
    assert run.data.tags["mlflow.user"] == getpass.getuser()
    assert run.data.tags["mlflow.source.type"] == "LOCAL"
    assert run.data.tags["mlflow.source.name"]
    experiment = client.get_experiment_by_name("points")
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    assert f"MLflow: mlflow ui --backend-store-uri {mlflow.get_tracking_uri()}, the experiment points" in caplog.text
    assert "tensorboard --logdir" not in caplog.text


def test_a_user_without_a_name_trains_all_the_same(client, tmp_path, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    MLflowParams(experiment="points").create().open(RecordedRun(tmp_path, is_resumed=False))
    assert "mlflow.user" not in the_run(client).data.tags


def test_the_page_of_a_run_on_a_server_is_named_without_the_password(client, tmp_path):
    recorder = MLflowParams(experiment="points").create()
    recorder.open(RecordedRun(tmp_path, is_resumed=False))
    recorder._uri = "http://localhost:5000/"
    run = the_run(client).info
    assert recorder.place() == f"MLflow: http://localhost:5000/#/experiments/{run.experiment_id}/runs/{run.run_id}"


def test_a_store_that_cannot_be_reached_ends_the_training_before_its_first_step(client, params, monkeypatch):
    def away(self, name):
        raise mlflow.exceptions.MlflowException("no route to host")

    monkeypatch.setattr(mlflow.MlflowClient, "get_experiment_by_name", away)
    with pytest.raises(
        RecorderError, match="MLflow can't record in sqlite:.*, which MLFLOW_TRACKING_URI names: no route"
    ):
        trained(params())


def test_without_the_package_a_sentence_says_how_to_install_it(params, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(RecorderError, match=r"needs the package mlflow .*: pip install 'tfaip-trainer\[mlflow\]'"):
        trained(params())
