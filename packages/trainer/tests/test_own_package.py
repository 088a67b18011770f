"""A distribution of one's own adds an optimizer, a schedule, a recorder and an action, by public names alone."""

import json
import re
import sys

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import CommandLine, to_dict
from tfaip.trainer import RunFolder, Trainer

MODULE = '''
"""The classes that a laboratory adds to tfaip."""

import json

from tfaip.params import field, params
from tfaip.trainer import Action, LearningRateParams, OptimizerParams, Recorder, RecorderParams, Schedule


@params(name="SignSGD")
class SignSGDParams(OptimizerParams):
    """Steps in the direction of the sign of the gradient."""

    momentum: float = field(default=0.0, help="Momentum: fraction of the last step that is added to the next one")

    def cls(self):
        import keras

        class SignSGD(keras.optimizers.SGD):
            def update_step(self, gradient, variable, learning_rate):
                super().update_step(keras.ops.sign(gradient), variable, learning_rate)

        return SignSGD


@params(name="Halving")
class HalvingParams(LearningRateParams):
    """Half of the rate after each epoch."""

    def cls(self):
        return Halving


class Halving(Schedule):
    """lr / 2^e."""

    def rate(self, e):
        return self.lr * self.ops.power(self.ops.full_like(e, 0.5), e)


@params(name="Lines")
class LinesParams(RecorderParams):
    """A line of JSON for each thing that is recorded."""

    def cls(self):
        return Lines


class Lines(Recorder):
    """Appends to lines.jsonl."""

    def open(self, run):
        self._path = run.folder / "lines.jsonl"
        self._line(id=run.id, resumed=run.is_resumed)

    def hyperparameters(self, values):
        self._line(lr=values["learning_rate.lr"])

    def scalars(self, epoch, step, logs):
        self._line(epoch=epoch, step=step, **logs)

    def artifact(self, name, path):
        self._line(artifact=name)

    def close(self, status):
        self._line(status=status)

    def _line(self, **values):
        with self._path.open("a") as file:
            file.write(json.dumps(values) + "\\n")


class CountEpochs(Action):
    """Counts the epochs, also across resumes."""

    epochs = 0

    def validate(self, context):
        self.epochs += 1
        context.logs["counted"] = float(self.epochs)

    def state(self):
        return {"epochs": self.epochs}

    def restore(self, context, state):
        self.epochs = state["epochs"]
'''
ENTRY_POINTS = """\
[tfaip.optimizers]
SignSGD = own_lab:SignSGDParams

[tfaip.schedules]
Halving = own_lab:HalvingParams

[tfaip.recorders]
Lines = own_lab:LinesParams
"""


@pytest.fixture(autouse=True)
def own_lab(tmp_path, monkeypatch):
    """Install the distribution `own-lab`."""
    site = tmp_path / "lib/site-packages"
    info = site / "own_lab-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "own_lab.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    yield
    sys.modules.pop("own_lab", None)


def test_the_classes_are_chosen_by_name_and_train(points_params, metrics_of):
    line = CommandLine("train")
    default = points_params(epochs=2)
    line.add_root("trainer", type(default), default=default)
    words = "--trainer.optimizer SignSGD --trainer.learning_rate Halving --trainer.recorders TensorBoard Lines"
    params = line.parse([*words.split(), "--learning_rate.lr", "0.02"])["trainer"]
    assert to_dict(params)["optimizer"]["__cls__"] == "own_lab:SignSGDParams"

    def trained(method):
        trainer = Trainer(params, PointsScenario(params.scenario))
        trainer.create_actions = lambda: [sys.modules["own_lab"].CountEpochs()]
        getattr(trainer, method)()

    trained("train")
    params.epochs = 3
    trained("resume")
    metrics = metrics_of(params.output_dir)
    assert [row["lr"] for row in metrics] == pytest.approx([0.02, 0.01, 0.005])
    assert [row["counted"] for row in metrics] == [1.0, 2.0, 3.0]
    lines = [json.loads(text) for text in (params.output_dir / "lines.jsonl").read_text().splitlines()]
    identity = json.loads(RunFolder(params.output_dir).recorders.read_text())["id"]
    assert lines[0] == {"id": identity, "resumed": False}
    assert lines[1] == {"lr": 0.02}
    assert [row["epoch"] for row in lines if "epoch" in row] == [1, 2, 3]
    assert lines[-2:] == [{"artifact": "best"}, {"status": "finished"}]
    assert {"id": identity, "resumed": True} in lines


def test_it_needs_no_private_name():
    names = re.findall(r"from (tfaip[\w.]*) import", MODULE)
    assert set(names) == {"tfaip.params", "tfaip.trainer"}
