"""Actions: their phases, those of a trainer, and their states in checkpoints."""

import hashlib
import json
from types import SimpleNamespace

import keras
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import Action, RunFolder, Trainer
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.run.action_list import ActionList
from tfaip.trainer.run.actions.action import PHASES
from tfaip.trainer.run.actions.report import Report
from tfaip.trainer.run.training_run import TrainingRun


class Told(Action):
    """Notes its calls, and counts epochs across resumes."""

    def __init__(self):
        self.calls, self.epochs = [], 0

    def open(self, context):
        self.calls.append("open")

    def after_training(self, context):
        self.calls.append("after_training")

    def stopped(self, context, how):
        self.calls.append(how)

    def state(self):
        return {"epochs": self.epochs}

    def restore(self, context, state):
        self.epochs = state["epochs"]


def noting(phase):
    def note(self, context):
        self.calls.append(phase)
        self.epochs += phase == "validate"

    return note


for phase in PHASES:
    setattr(Told, phase, noting(phase))


@pytest.fixture
def trained_with(monkeypatch):
    """Train, or resume, with an action of the trainer's own."""

    def run(params, *actions, resume=False):
        class TrainerWithActions(Trainer):
            def create_actions(self):
                return [*super().create_actions(), *actions]

        trainer = TrainerWithActions(params, PointsScenario(params.scenario))
        return trainer.resume() if resume else trainer.train()

    return run


def test_an_action_is_called_in_each_phase_after_each_epoch(points_params, trained_with):
    told = Told()
    trained_with(points_params(None, epochs=2), told)
    every = [phase for phase in PHASES if phase != "validate_last"]
    assert told.calls == ["open", *every, *PHASES, "after_training", "finished"]


def test_an_action_adds_logs_that_others_see_and_that_choose_the_end(points_params, trained_with, metrics_of):
    class Extra(Action):
        def validate(self, context):
            context.logs["extra"] = float(context.epoch)

        def decide(self, context):
            context.stop_reason = "extra is 2" if context.logs["extra"] == 2 else None

    class Seen(keras.callbacks.Callback):
        extra = None

        def on_epoch_end(self, epoch, logs=None):
            Seen.extra = logs["extra"]

    params = points_params(epochs=5)
    trainer = Trainer(params, PointsScenario(params.scenario), callbacks=[Seen()])
    trainer.create_actions = lambda: [Extra()]
    trainer.train()
    assert [line["extra"] for line in metrics_of(params.output_dir)] == [1.0, 2.0]
    assert Seen.extra == 2.0
    assert json.loads(RunFolder(params.output_dir).status.read_text())["reason"] == "extra is 2"


def test_an_action_hears_of_an_error_and_the_error_stays_the_one_that_is_raised(points_params, trained_with):
    class Failing(Action):
        def report(self, context):
            raise ZeroDivisionError

        def stopped(self, context, how):
            raise KeyError

    told = Told()
    with pytest.raises(ZeroDivisionError):
        trained_with(points_params(None), Failing(), told)
    assert told.calls[-1] == "failed"


def test_an_error_at_the_end_of_a_run_is_raised_when_all_have_heard_of_it():
    class Failing(Action):
        def stopped(self, context, how):
            raise KeyError("no place")

    told = Told()
    with pytest.raises(KeyError, match="no place"):
        ActionList([Failing(), told]).stopped(SimpleNamespace(), "finished")
    assert told.calls == ["finished"]


def test_the_state_of_an_action_goes_with_the_checkpoints(points_params, trained_with):
    params = points_params(epochs=1)
    trained_with(params, Told(), Told())
    first, second = Told(), Told()
    params.epochs = 3
    trained_with(params, first, second, resume=True)
    assert first.epochs == second.epochs == 3
    assert set(Checkpoints(RunFolder(params.output_dir).checkpoint).newest().state()["actions"]) >= {"told", "told_2"}


def test_the_order_of_the_actions_changes_nothing(points_params, train, metrics_of, monkeypatch):
    def params(folder):
        made = points_params(folder, epochs=6, lav_every_n=4, log_gradients=True)
        made.early_stopping.n_to_go = 2
        made.gen.train.seed = made.gen.val.seed = 1
        return made

    train(params("listed"))
    create = TrainingRun._create_actions
    monkeypatch.setattr(TrainingRun, "_create_actions", lambda self, *args: create(self, *args)[::-1])
    train(params("reversed"))
    runs = [RunFolder(params(name).output_dir) for name in ("listed", "reversed")]
    assert metrics_of(runs[0].path) == metrics_of(runs[1].path)
    states = [Checkpoints(run.checkpoint).newest().state() for run in runs]
    assert states[0]["actions"] == states[1]["actions"]
    for run in runs:
        assert run.best.is_dir()
        assert run.export.is_dir()


def test_a_name_is_that_of_the_class():
    class HTTPPing2(Action):
        pass

    class Renamed(Action):
        name = "ping"

    assert [Report.name, Told.name, HTTPPing2.name, Renamed.name] == ["report", "told", "http_ping2", "ping"]


@pytest.mark.takes_long
def test_a_checkpoint_of_version_0_1_is_resumed(points_params, train, resume, metrics_of):
    def params(folder, epochs):
        made = points_params(folder, epochs=epochs)
        made.early_stopping.n_to_go = 3
        made.learning_rate.lr = 0.0
        return made

    train(params("whole", 9))
    train(params("older", 2))
    folder = RunFolder(params("older", 9).output_dir)
    _as_version_0_1(Checkpoints(folder.checkpoint).newest().path)
    resume(params("older", 9))
    assert metrics_of(folder.path) == metrics_of(params("whole", 9).output_dir)


def _as_version_0_1(checkpoint):
    """Write the state of a checkpoint as version 0.1 did: the best model among the actions, and other names."""
    path = checkpoint / "trainer_state.json"
    content = json.loads(path.read_text())
    state = content["state"]
    state["actions"]["best"] = state.pop("best")
    state["actions"]["early_stopping"] = state["actions"].pop("stop_early")
    path.write_text(json.dumps(content))
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    manifest[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (checkpoint / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("given", [Told, None, "told"])
def test_what_is_no_action_is_refused_by_name(given):
    with pytest.raises(TypeError, match=r"create_actions must return a list of Action objects, got .* in it"):
        ActionList([Told(), given])


def test_a_state_that_is_no_json_is_refused_by_the_name_of_its_class():
    class Remembering(Action):
        def state(self):
            return {"seen": {1, 2}}

    with pytest.raises(TypeError, match=r"Remembering\.state must return plain JSON, got .*: Object of type set"):
        ActionList([Remembering()]).states()
