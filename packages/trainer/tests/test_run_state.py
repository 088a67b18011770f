from pathlib import Path

import pytest

from tfaip.trainer import CheckpointError
from tfaip.trainer.run.run_state import check_run_state

WHOLE = {
    "stage": {"number": 1, "begin": 0},
    "epoch": 1,
    "step": 30,
    "logs": {"loss": 0.5, "acc": float("nan")},
    "counts": {"steps": 3, "samples": 30, "seconds": 0.5, "waited": 0, "trained": False},
    "pipeline": {"format_version": 1},
    "samples_per_epoch": None,
    "best": {"log": "loss", "mode": "min", "value": None, "epoch": None},
    "actions": {"stop_early": {"count": 0}},
    "sizes": {"train.log": 3},
    "machine": {"python": "3.11"},
}


def with_value(state, path, value):
    key, *rest = path
    return {**state, key: with_value(state[key], rest, value) if rest else value}


def test_a_state_that_a_run_wrote_passes():
    assert check_run_state(WHOLE, Path("step_1")) == WHOLE
    check_run_state({**WHOLE, "counts": None, "actions": {}, "samples_per_epoch": 40}, Path("step_1"))


@pytest.mark.parametrize("name", ["epoch", "step", "logs", "pipeline", "actions", "sizes", "machine"])
def test_a_value_that_is_missing_is_named(name):
    state = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(CheckpointError, match=f"the checkpoint step_1 can't be resumed from, state lacks '{name}'"):
        check_run_state(state, Path("step_1"))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["epoch"], "1", "state.epoch must be a count, got '1'"),
        (["epoch"], True, "state.epoch must be a count, got True"),
        (["step"], -1, "state.step must be a count, got -1"),
        (["step"], 1e308, "state.step must be a count, got 1e[+]308"),
        (["logs", "loss"], "x" * 100, "state.logs.loss must be a number, got 'xxx"),
        (["logs", "loss"], 10**400, "state.logs.loss must be a number, got 1000"),
        (["logs"], [1], r"state.logs must be an object, got \[1\]"),
        (["counts", "trained"], 1, "state.counts.trained must be true or false, got 1"),
        (["counts"], {}, "state.counts lacks 'steps'"),
        (["sizes", "train.log"], None, "state.sizes.train.log must be a count, got None"),
        (["best", "value"], "0.5", "state.best.value must be a number or null, got '0.5'"),
        (["actions", "stop_early"], {}, "actions.stop_early lacks 'count'"),
        (["machine"], 3, "state.machine must be an object, got 3"),
    ],
)
def test_a_value_of_another_kind_is_named(path, value, message):
    with pytest.raises(CheckpointError, match=message):
        check_run_state(with_value(WHOLE, path, value), Path("step_1"))


def test_the_best_model_of_an_older_checkpoint_stands_among_the_actions():
    older = {name: value for name, value in WHOLE.items() if name != "best"}
    older["actions"] = {"best": WHOLE["best"], "early_stopping": {"count": 0}}
    assert check_run_state(older, Path("step_1"))["best"] == WHOLE["best"]
    with pytest.raises(CheckpointError, match="state lacks 'best'"):
        check_run_state({**older, "actions": {}}, Path("step_1"))
    with pytest.raises(CheckpointError, match="actions.best lacks 'log'"):
        check_run_state({**older, "actions": {"best": {}}}, Path("step_1"))
