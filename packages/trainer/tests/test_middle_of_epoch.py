"""Checkpoints in the middle of an epoch, and stops by a signal."""

import json
import os
import signal

import h5py
import numpy as np
import pytest

from tfaip.model.testing.points.data import PointsGenerator
from tfaip.trainer import RunFolder
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.run.actions import write_checkpoint
from tfaip.trainer.run.validation import Validation


class Killed(BaseException):
    """Stands for the end of the process: nothing in the trainer may catch it."""


@pytest.fixture
def written(monkeypatch):
    """The states of all checkpoints that are written; `after` a number of them the process is killed."""

    class Written(list):
        after = None

    states, write = Written(), Checkpoints.write

    def spy(self, step, state, weights, groups):
        checkpoint = write(self, step, state, weights, groups)
        states.append(json.loads(json.dumps(state)))
        if len(states) == states.after:
            raise Killed
        return checkpoint

    monkeypatch.setattr(Checkpoints, "write", spy)
    return states


def newest(params):
    return Checkpoints(RunFolder(params.output_dir).checkpoint).newest()


def variables_of(params) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(newest(params).path / "variables.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def assert_same(one, other, metrics_of):
    assert metrics_of(one.output_dir) == metrics_of(other.output_dir)
    expected, received = variables_of(one), variables_of(other)
    assert set(received) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(received[name], value, err_msg=name)


def linear(params):
    """A rate that changes within an epoch, so that the place in it counts."""
    params.learning_rate.step_function = False
    params.learning_rate.learning_cycle = 1
    params.learning_rate.lr_decay_rate = 0.5
    return params


def test_a_checkpoint_stands_at_every_so_many_steps(points_params, train, written):
    train(points_params(checkpoint_every_n_steps=2, checkpoint_every_n_epochs=0))
    # Epochs of 5 steps; what follows the last one of an epoch is in no checkpoint before it is done.
    assert [state["step"] for state in written] == [2, 4, 6, 8, 12, 14, 15]


def test_a_checkpoint_stands_when_the_last_one_is_old(points_params, train, written, monkeypatch):
    clock = iter(range(0, 10_000, 40))
    monkeypatch.setattr(write_checkpoint, "monotonic", lambda: next(clock))
    train(points_params(checkpoint_every_minutes=1, checkpoint_every_n_epochs=0, epochs=1, steps_per_call=1))
    assert [state["step"] for state in written] == [2, 4, 5]


@pytest.mark.parametrize("killed_after", [1, 2, 4])
@pytest.mark.takes_long
def test_a_run_resumes_in_the_middle_of_an_epoch(points_params, train, resume, metrics_of, written, killed_after):
    whole, parts = (
        linear(points_params(name, checkpoint_every_n_steps=2, samples_per_epoch=samples))
        for name, samples in (("whole", None), ("parts", None))
    )
    train(whole)
    written.clear()
    written.after = killed_after
    with pytest.raises(Killed):
        train(parts)
    assert newest(parts).state()["counts"] is None or newest(parts).state()["counts"]["samples"] > 0
    resume(parts)
    assert_same(whole, parts, metrics_of)


@pytest.mark.takes_long
def test_random_numbers_of_the_validation_go_on_too(points_params, train, resume, metrics_of, written):
    """As in `Jitter`, they are others in each pass."""
    whole, parts = points_params("whole"), points_params("parts")
    for params in (whole, parts):
        params.scenario.data.pre_proc.processors[0].modes.add("evaluation")
    train(whole)
    written.clear()
    written.after = 2
    with pytest.raises(Killed):
        train(parts)
    resume(parts)
    assert_same(whole, parts, metrics_of)


def test_other_training_data_begins_its_epoch_anew(points_params, train, resume, metrics_of, written, caplog):
    params = points_params(checkpoint_every_n_steps=2)
    written.after = 1
    with pytest.raises(Killed):
        train(params)
    params.gen.train.count = 30
    resume(params)
    assert "The training data has changed" in caplog.text
    assert [line["step"] for line in metrics_of(params.output_dir)] == [5, 8, 11]


def interrupted_at(monkeypatch, number, cls, name, how):
    """Send the signal while the method is called for the n-th time."""
    former, calls = getattr(cls, name), []

    def spy(self, *args, **kwargs):
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), how)
        return former(self, *args, **kwargs)

    monkeypatch.setattr(cls, name, spy)


STOPS = [(signal.SIGINT, KeyboardInterrupt, None), (signal.SIGTERM, SystemExit, 143)]


@pytest.mark.parametrize(("how", "error", "code"), STOPS, ids=["SIGINT", "SIGTERM"])
@pytest.mark.takes_long
def test_a_signal_finishes_the_step_and_writes_a_checkpoint(
    points_params, train, resume, metrics_of, monkeypatch, caplog, how, error, code
):
    whole, parts = (linear(points_params(name, steps_per_call=1)) for name in ("whole", "parts"))
    train(whole)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with monkeypatch.context() as patched:
        interrupted_at(patched, 7, CompiledLoop, "__call__", how)  # the sixth is the validation's
        with pytest.raises(error) as raised:
            train(parts)
    assert getattr(raised.value, "code", None) == code
    assert newest(parts).state()["step"] == 6
    assert json.loads(RunFolder(parts.output_dir).status.read_text())["state"] == "stopped"
    assert f"Go on with: tfaip-resume-training {parts.output_dir}" in caplog.text
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    resume(parts)
    assert_same(whole, parts, metrics_of)


@pytest.mark.takes_long
def test_a_signal_during_validation_leaves_it_to_the_resumed_run(points_params, train, resume, metrics_of, monkeypatch):
    whole, parts = points_params("whole"), points_params("parts")
    train(whole)
    with monkeypatch.context() as patched:
        interrupted_at(patched, 2, Validation, "run", signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            train(parts)
    state = newest(parts).state()
    assert (state["epoch"], state["step"], state["counts"]["trained"]) == (1, 10, True)
    resume(parts)
    assert_same(whole, parts, metrics_of)


def test_a_stop_before_the_first_step_is_resumed_too(points_params, train, resume, metrics_of, monkeypatch):
    whole, parts = points_params("whole"), points_params("parts")
    train(whole)
    with monkeypatch.context() as patched:
        interrupted_at(patched, 1, PointsGenerator, "__init__", signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            train(parts)
    resume(parts)
    assert_same(whole, parts, metrics_of)


def test_without_checkpoints_none_is_written_at_all(points_params, train, monkeypatch, caplog):
    params = points_params(write_checkpoints=False, checkpoint_every_n_steps=1)
    train(params)
    assert not RunFolder(params.output_dir).checkpoint.exists()
    params.overwrite = True
    interrupted_at(monkeypatch, 2, CompiledLoop, "__call__", signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(params)
    assert not RunFolder(params.output_dir).checkpoint.exists()
    assert "no checkpoint to go on from" in caplog.text


def test_another_version_is_a_warning_on_resume(points_params, train, resume, monkeypatch, caplog):
    params = points_params(epochs=1)
    train(params)
    params.epochs = 2
    from tfaip.trainer.run import training_run

    machine = training_run.describe_machine() | {"tensorflow": "9.9", "processor": "abacus"}
    monkeypatch.setattr(training_run, "describe_machine", lambda: machine)
    resume(params)
    assert "-> 9.9" in caplog.text
    assert "-> abacus" in caplog.text
