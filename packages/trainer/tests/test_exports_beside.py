"""Exports beside the training: of the weights of their epoch, whole, told, and never forgotten."""

import json
import threading

import numpy as np
import pytest

from tfaip.model import ExportedModel, load_onnx_function, load_weights
from tfaip.model.bundle.weights import read_weights
from tfaip.model.onnx.export import write_onnx
from tfaip.model.stored import export
from tfaip.model.stored.export import BundleWriter
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import Action, RunFolder, RunFolderError, Trainer
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.run.actions.write_checkpoint import WriteCheckpoint
from tfaip.trainer.run.exports import Exports


class Recording(PointsScenario):
    """Remembers what was exported, and in which thread that was told."""

    seen: list[tuple[ExportedModel, threading.Thread]] = []

    def after_export(self, exported):
        exported.bundle.verify()
        self.seen.append((exported, threading.current_thread()))


@pytest.fixture
def seen():
    Recording.seen.clear()
    return Recording.seen


@pytest.fixture
def each_epoch(points_params):
    """Parameters of a run with a bundle and a checkpoint of each epoch."""

    def make(**changes):
        changes = {"export_every_n_epochs": 1, "export_best": False, "keep_checkpoints": 9, **changes}
        return points_params(**changes)

    return make


def before_writing(monkeypatch, do):
    """Do something in the thread that writes bundles, with the path of each."""
    write = BundleWriter.write

    def spy(self, path, values=None, **others):
        if values is not None:
            do(path)
        return write(self, path, values, **others)

    monkeypatch.setattr(BundleWriter, "write", spy)


def require_weights_of_their_epochs(output_dir, epochs):
    """Compare each bundle with the checkpoint of its epoch."""
    for epoch, checkpoint in zip(epochs, sorted((output_dir / "checkpoint").glob("step_*")), strict=True):
        assert json.loads((checkpoint / "trainer_state.json").read_text())["state"]["epoch"] == epoch
        bundle = read_weights(output_dir / "epochs" / f"{epoch:04d}" / "weights.h5")
        stored = read_weights(checkpoint / "weights.h5")
        assert bundle.keys() == stored.keys()
        for name, value in stored.items():
            np.testing.assert_array_equal(bundle[name], value, err_msg=f"{name} of epoch {epoch}")


def test_steps_go_on_while_a_bundle_is_written_and_it_holds_the_weights_of_its_epoch(each_epoch, seen, monkeypatch):
    stepped, waited = threading.Event(), []
    before_writing(monkeypatch, lambda path: waited.append((path.name, stepped.wait(120))))

    class Stepping(Action):
        def after_call(self, context):
            if context.epoch == 1:
                stepped.set()

    class SteppingTrainer(Trainer):
        def create_actions(self):
            return [Stepping()]

    params = each_epoch(ema_decay=0.9)
    Recording.complete_trainer_params(params)
    SteppingTrainer(params, Recording(Recording.tagged(params.scenario))).train()
    assert waited == [("0001", True), ("0002", True)]  # the last one is nothing that steps could go on beside
    assert [(exported.kind, exported.epoch) for exported, _ in seen] == [
        *(("epoch", epoch) for epoch in (1, 2, 3)),
        ("last", 3),
    ]
    assert {thread for _, thread in seen} == {threading.main_thread()}
    lines = [json.loads(line) for line in RunFolder(params.output_dir).metrics.read_text().splitlines()]
    assert [exported.logs["loss"] for exported, _ in seen[:3]] == [line["loss"] for line in lines]
    require_weights_of_their_epochs(params.output_dir, (1, 2, 3))


def test_the_exported_graph_is_traced_once_in_a_run(each_epoch, train, monkeypatch):
    traced = []

    def exported(self, inputs, outputs, targets):
        traced.append(threading.current_thread())
        return {"default": outputs}

    monkeypatch.setattr(PointsModel, "_export_graphs", exported)
    params = each_epoch(export_best=True)
    params.scenario.export_serve = True
    train(params)
    assert traced == [threading.main_thread()]


@pytest.mark.takes_long
@pytest.mark.parametrize("formats", [["SavedModel", "ONNX"], ["ONNX"]])
def test_onnx_models_are_made_in_the_thread_and_compute_as_the_network_of_their_epoch(
    each_epoch, train, monkeypatch, formats
):
    pytest.importorskip("tf2onnx", reason="tf2onnx makes ONNX models")
    threads = []

    def spy(*arguments):
        threads.append(threading.current_thread().name.partition("_")[0])
        return write_onnx(*arguments)

    monkeypatch.setattr(export, "write_onnx", spy)
    params = each_epoch(export_formats=formats, ema_decay=0.9)
    params.scenario.export_serve = True
    history = train(params)
    assert threads == ["export", "export", "MainThread", "MainThread"]
    assert sorted(path.name for path in history.export.iterdir()) == sorted(
        ["bundle.json", "model.onnx", "resources", "scenario_params.json", "weights.h5"]
        + ["serve"] * ("SavedModel" in formats)
    )
    point = {"point": np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)}
    scenario = PointsScenario(params.scenario)
    graph = scenario.create_model().build_graph(scenario.data)
    predicted = []
    for epoch in (1, 2, 3):
        bundle = params.output_dir / "epochs" / f"{epoch:04d}"
        weights = load_weights(bundle)
        for variable in graph.weights:
            variable.assign(weights[variable.path])
        predicted.append(load_onnx_function(bundle)(point)["logits"])
        np.testing.assert_allclose(predicted[-1], graph.prediction_outputs(point)["logits"], rtol=1e-5, atol=1e-6)
    assert not np.allclose(predicted[0], predicted[1])


@pytest.mark.parametrize(
    ("error", "expected", "reason"),
    [(ValueError("no such"), "no such", "no such"), (None, "can no longer be written", "No space left on device")],
)
def test_an_error_in_the_thread_ends_the_training_and_says_where_it_was(
    each_epoch, train, monkeypatch, error, expected, reason
):
    def fail(path):
        if path.name == "0002":
            raise error or OSError(28, "No space left on device", str(path))

    before_writing(monkeypatch, fail)
    params = each_epoch(epochs=4)
    with pytest.raises(ValueError if error else RunFolderError, match=expected) as raised:
        train(params)
    cause = raised.value if error else raised.value.__cause__
    assert cause.__notes__ == ["This happened in the export of the epoch model of epoch 2."]
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    assert (status["state"], reason in status["reason"]) == ("failed", True)
    assert sorted(path.name for path in (params.output_dir / "epochs").iterdir()) == ["0001"]
    assert not any("export" in thread.name for thread in threading.enumerate())


class Killed(BaseException):
    """Stands for a SIGKILL, after which nothing more is done."""


@pytest.mark.takes_long
def test_a_bundle_that_a_kill_prevents_is_written_by_the_resumed_run(each_epoch, seen, monkeypatch):
    whole, killed = each_epoch(output_dir=None), each_epoch()
    whole.output_dir = killed.output_dir.with_name("whole")
    Recording.create_trainer(whole).train()
    seen.clear()
    ends = threading.Event()

    def killed_meanwhile(path):
        ends.wait(120)
        raise Killed

    write = WriteCheckpoint.write

    def write_and_die(self, context, state):
        write(self, context, state)
        if context.epoch == 2:
            raise Killed

    with monkeypatch.context() as patched:
        before_writing(patched, lambda path: path.name == "0002" and killed_meanwhile(path))
        patched.setattr(WriteCheckpoint, "write", write_and_die)
        patched.setattr(Exports, "close", lambda self, context: None)
        with pytest.raises(Killed):
            Recording.create_trainer(killed).train()
        ends.set()
    checkpoint = Checkpoints(RunFolder(killed.output_dir).checkpoint).newest()
    assert checkpoint.state()["actions"]["export_epoch"] == {"epochs": [1], "missing": True}
    assert [exported.epoch for exported, _ in seen] == [1]
    Recording.create_trainer(killed).resume()
    assert [(exported.kind, exported.epoch) for exported, _ in seen] == [
        *(("epoch", epoch) for epoch in (1, 2, 3)),
        ("last", 3),
    ]
    require_weights_of_their_epochs(killed.output_dir, (1, 2, 3))
    for epoch in ("0001", "0002", "0003"):
        of_whole, of_killed = (
            read_weights(params.output_dir / "epochs" / epoch / "weights.h5") for params in (whole, killed)
        )
        assert all((of_whole[name] == of_killed[name]).all() for name in of_whole)
    newest = Checkpoints(RunFolder(killed.output_dir).checkpoint).newest()
    assert newest.state()["actions"]["export_epoch"] == {"epochs": [1, 2, 3]}


def test_a_checkpoint_within_the_next_epoch_waits_for_the_bundle(each_epoch, seen, monkeypatch):
    states = []
    write = WriteCheckpoint.write

    def noting(self, context, state):
        states.append((context.step, state["actions"].get("export_epoch")))
        write(self, context, state)

    monkeypatch.setattr(WriteCheckpoint, "write", noting)
    params = each_epoch(epochs=2, checkpoint_every_n_steps=6)  # 5 steps an epoch
    Recording.create_trainer(params).train()
    assert dict(states)[6] == {"epochs": [1]}
    assert states[-1] == (10, {"epochs": [1, 2]})
