"""Runs of Weights & Biases, recorded by its own client offline."""

import json
import struct
import sys

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import Action, RecorderError, Trainer, WandbParams
from tfaip.trainer.recorders.recorder_list import Recorders

wandb = pytest.importorskip("wandb", reason="needs tfaip-trainer[wandb]")


@pytest.fixture
def params(points_params, monkeypatch, tmp_path):
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path / "data"))

    def make(**changes):
        made = points_params(**changes)
        made.recorders = [WandbParams(project="points", mode="offline")]
        return made

    return make


def records_of(folder):
    """The files that the client has written for `wandb sync`, over all processes."""
    from wandb.proto.wandb_internal_pb2 import Record

    wandb.teardown()  # the process that writes the files has ended then
    for path in sorted((folder / "wandb").glob("offline-run-*/*.wandb")):
        for data in parts_of_log(path.read_bytes()):
            yield Record.FromString(data)


def parts_of_log(log):
    """Yield the records of a log in the format of LevelDB, whose blocks hold records or parts of them."""
    block, header, place, data = 1 << 15, 7, 7, b""
    while place + header <= len(log):
        if block - place % block < header:  # what is left of a block is no header
            place += block - place % block
        _, length, kind = struct.unpack("<IHB", log[place : place + header])
        data += log[place + header : place + header + length]
        place += header + length
        if kind in (1, 4):  # whole, or the last part
            yield data
            data = b""


def values_of(items):
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}


def rows_of(folder):
    return [values_of(record.history.item) for record in records_of(folder) if record.HasField("history")]


def trained(params, *actions, resume=False):
    trainer = Trainer(params, PointsScenario(params.scenario))
    trainer.create_actions = lambda: list(actions)
    return trainer.resume() if resume else trainer.train()


class Failing(Action):
    """Fails in an epoch, after it was reported and before its checkpoint is written."""

    def __init__(self, epoch):
        self.epoch = epoch

    def export(self, context):
        if context.epoch == self.epoch:
            raise ZeroDivisionError("out of luck")


class Picture(Action):
    def validate(self, context):
        context.recorders.images(context.epoch, "validation", {"square": np.zeros((4, 4, 3), np.uint8)})


def test_a_training_names_the_command_that_sends_an_offline_run(params, caplog):
    made = params(epochs=1)
    with caplog.at_level("INFO"):
        trained(made)
    (folder,) = (made.output_dir / "wandb").glob("offline-run-*")
    assert f"Weights & Biases: wandb sync {folder}" in caplog.text


def test_each_process_goes_on_with_one_run_and_each_epoch_is_recorded_once(params, metrics_of):
    made = params(epochs=4)
    for epoch in (2, 3):
        with pytest.raises(ZeroDivisionError):
            trained(made, Failing(epoch), resume=epoch > 2)
    trained(made, resume=True)
    expected = [(line["epoch"], line["loss"], line["val_acc"]) for line in metrics_of(made.output_dir)]
    assert [(row["epoch"], row["loss"], row["val_acc"]) for row in rows_of(made.output_dir)] == expected
    assert [row["_step"] for row in rows_of(made.output_dir)] == [1, 2, 3, 4]
    runs = [record.run for record in records_of(made.output_dir) if record.WhichOneof("record_type") == "run"]
    assert len({run.run_id for run in runs}) == 1
    assert {run.project for run in runs} == {"points"}
    codes = [record.exit.exit_code for record in records_of(made.output_dir) if record.HasField("exit")]
    assert codes == [1, 1, 0]


def test_parameters_images_and_the_best_model_are_recorded(params):
    made = params(epochs=1)
    trained(made, Picture())
    config = {}
    for record in records_of(made.output_dir):
        kind = record.WhichOneof("record_type")
        if kind in ("config", "run"):
            update = record.config if kind == "config" else record.run.config
            config |= values_of(update.update)
    assert config["learning_rate.lr"] == 0.02
    (row,) = rows_of(made.output_dir)
    assert row["validation/square/width"] == 4
    artifacts = [record.artifact for record in records_of(made.output_dir) if record.HasField("artifact")]
    assert "model" in {artifact.type for artifact in artifacts}


def test_without_the_package_a_sentence_says_how_to_install_it(params, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(RecorderError, match=r"needs the package wandb .*: pip install 'tfaip-trainer\[wandb\]'"):
        trained(params())


def test_a_killed_run_records_the_rest(params, metrics_of, monkeypatch):
    made = params(epochs=3)
    with monkeypatch.context() as patched:
        patched.setattr(Recorders, "close", lambda self, status: None)
        with pytest.raises(ZeroDivisionError):
            trained(made, Failing(2))
    trained(made, resume=True)
    assert sorted({row["epoch"] for row in rows_of(made.output_dir)}) == [1, 2, 3]
