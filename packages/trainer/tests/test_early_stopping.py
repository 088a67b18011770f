import json
import logging

import pytest

from tfaip.trainer import ConstantParams, EarlyStoppingParams, RunFolder, SGDParams
from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.run.best_model import BestModel

CONSTANT = [0.5] * 10
GROWING = [0.1, 0.5, 0.6, 0.7, 0.8, 0.9]
FALLING = [9.0, 5.0, 4.0, 3.0, 2.0, 1.0]


def ends_at(values, mode="max", **params) -> int | str:
    """The epoch after which a training with these values ends."""
    best = BestModel(mode, "val_acc")
    rule = EarlyStopping(EarlyStoppingParams(**params), best)
    for epoch, value in enumerate(values, start=1):
        logs = {} if value is None else {"val_acc": value}
        rule.update(epoch, logs, is_best=best.update(epoch, logs))
        if rule.reason:
            return epoch
    return "all"


@pytest.mark.parametrize(
    ("params", "epoch"),
    [
        ({}, "all"),
        ({"n_to_go": 3}, 3),
        ({"n_to_go": 3, "frequency": 2}, 2 * (3 - 1)),
        ({"n_to_go": 3, "frequency": 3}, 6),
        ({"n_to_go": 1}, 2),  # the best epoch itself never ends a training
    ],
)
def test_without_progress_the_training_ends_after_so_many_checks(params, epoch):
    assert ends_at(CONSTANT, **params) == epoch


def test_a_better_value_starts_the_count_anew():
    assert ends_at([0.1, 0.1, 0.2, 0.2, 0.2, 0.2], n_to_go=3) == 5
    assert ends_at(GROWING, n_to_go=2) == "all"


@pytest.mark.parametrize(("mode", "values"), [("max", GROWING), ("min", FALLING)])
def test_the_training_ends_at_once_when_the_best_reaches_the_threshold(mode, values):
    name = "upper_threshold" if mode == "max" else "lower_threshold"
    assert ends_at(values, mode, **{name: values[1]}) == 2


@pytest.mark.parametrize(("mode", "name", "beyond", "within"), [("max", "lower", 0.6, 0.4), ("min", "upper", 0.4, 0.6)])
def test_checks_do_not_count_before_the_best_has_reached_the_other_threshold(mode, name, beyond, within):
    assert ends_at(CONSTANT, mode, n_to_go=2, **{f"{name}_threshold": beyond}) == "all"
    assert ends_at(CONSTANT, mode, n_to_go=2, **{f"{name}_threshold": within}) == 2


def test_epochs_without_validation_are_no_checks():
    assert ends_at([None, 0.5, None, 0.5, None, 0.5], n_to_go=3) == 6


def test_a_value_that_is_not_a_number_is_no_progress():
    assert ends_at([float("nan")] * 5, n_to_go=3) == 3


@pytest.mark.parametrize(("patience", "epoch"), [(None, "all"), (0, 2), (1, 2), (2, 3), (5, 6)])
def test_patience_counts_the_checks_after_the_best_one_as_keras_does(patience, epoch):
    assert ends_at(CONSTANT, patience=patience) == epoch
    # Checks come every other epoch, and the best epoch is the first one.
    assert ends_at(CONSTANT * 2, patience=patience, frequency=2) == (
        "all" if patience is None else 2 * max(patience, 1)
    )


@pytest.mark.parametrize(("mode", "values"), [("max", GROWING), ("min", FALLING)])
def test_stop_threshold_means_the_same_where_higher_or_lower_is_better(mode, values):
    assert ends_at(values, mode, stop_threshold=values[1]) == 2
    assert ends_at(values, mode, stop_threshold=values[-1]) == len(values)


@pytest.mark.parametrize(("mode", "beyond", "within"), [("max", 0.6, 0.4), ("min", 0.4, 0.6)])
def test_start_threshold_means_the_same_where_higher_or_lower_is_better(mode, beyond, within):
    assert ends_at(CONSTANT, mode, patience=1, start_threshold=beyond) == "all"
    assert ends_at(CONSTANT, mode, patience=1, start_threshold=within) == 2


def test_the_plain_words_win_over_the_former_ones_of_a_stored_run():
    stored = {"n_to_go": 9, "upper_threshold": 0.4, "lower_threshold": 0.9}
    assert ends_at(CONSTANT, patience=1, start_threshold=0.0, stop_threshold=0.9, **stored) == 2
    assert ends_at(GROWING, stop_threshold=0.7, **stored) == 4


def test_a_threshold_of_zero_is_a_threshold():
    assert ends_at([-1.0, 0.0, 1.0], stop_threshold=0.0, upper_threshold=1.0) == 2


def test_a_negative_patience_is_refused():
    with pytest.raises(ValueError, match="'patience' must be >= 0"):
        EarlyStoppingParams(patience=-1)


@pytest.mark.parametrize(("name", "value"), [("n_to_go", 0), ("n_to_go", -2), ("frequency", 0)])
def test_counts_that_make_no_sense_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"'{name}' must be >= 1"):
        EarlyStoppingParams(**{name: value})


def no_progress(points_params, **changes):
    """Parameters of a training that never gets better after its first epoch."""
    params = points_params(learning_rate=ConstantParams(lr=0.0), optimizer=SGDParams(), **changes)
    params.early_stopping = EarlyStoppingParams(n_to_go=3, frequency=2)
    return params


def test_a_training_that_ends_early_is_finished_and_says_why(points_params, train, metrics_of, caplog):
    params = no_progress(points_params, epochs=9)
    with caplog.at_level(logging.INFO):
        train(params)
    assert len(metrics_of(params.output_dir)) == 4
    assert "The training ends after epoch 4 of 9: val_acc has not become better than" in caplog.text
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    assert (status["state"], status["epoch"], status["best_epoch"]) == ("finished", 4, 1)
    assert status["reason"].startswith("val_acc has not become better")
    assert (RunFolder(params.output_dir).export / "weights.h5").exists()


def test_the_last_epoch_is_validated_also_if_it_comes_early(points_params, train, metrics_of):
    params = points_params(epochs=9, val_every_n=2)
    params.early_stopping = EarlyStoppingParams(upper_threshold=0.0)
    train(params)
    assert ["val_acc" in line for line in metrics_of(params.output_dir)] == [False, True]


def test_the_count_goes_on_when_a_run_is_resumed(points_params, train, resume, metrics_of):
    params = no_progress(points_params, epochs=3)
    train(params)
    params.epochs = 9
    resume(params)
    assert len(metrics_of(params.output_dir)) == 4


def test_a_run_that_ended_early_only_exports_unless_its_parameters_change(points_params, train, resume, metrics_of):
    params = no_progress(points_params, epochs=9)
    train(params)
    resume(params)
    assert len(metrics_of(params.output_dir)) == 4
    params.epochs, params.early_stopping.n_to_go = 5, -1
    resume(params)
    assert len(metrics_of(params.output_dir)) == 5
    assert Checkpoints(RunFolder(params.output_dir).checkpoint).newest().state()["epoch"] == 5
