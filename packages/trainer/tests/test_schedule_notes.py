"""A schedule whose phases don't fit the training says so, and so does a first epoch that nobody can count."""

import logging

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import DataPipeline
from tfaip.trainer import (
    ConstantParams,
    CosineDecayParams,
    ExponentialDecayParams,
    OneCycleParams,
    PolynomialParams,
    StepParams,
    WarmupConstantCosineParams,
    WarmupCosineParams,
    WarmupDecayParams,
)
from tfaip.trainer.loop.epoch_size import EpochSize
from tfaip.trainer.schedules.notes import schedule_notes

KNOWN = EpochSize(None, 48, 48)
GENERATED = EpochSize(None, None, 48)
UNKNOWN = EpochSize(None, None, None)


def notes(params, epochs, size=KNOWN):
    return schedule_notes(params.create(epochs, np), size)


TOO_LONG = {
    "warm-up of WarmupCosine": (WarmupCosineParams(), 5, "The warm-up of 10 epochs (warmup_epochs) does not reach"),
    "warm-up to the last epoch": (WarmupCosineParams(), 10, "within the 10 epochs"),
    "warm-up of WarmupConstantCosine": (WarmupConstantCosineParams(), 8, "does not reach the learning rate 0.001"),
    "constant phase": (WarmupConstantCosineParams(), 20, "constant_epochs take 20 epochs; the decay does not start"),
    "warm-up of WarmupDecay": (WarmupDecayParams(), 9, "The warm-up of 10 epochs"),
    "warm-up of WarmupDecay within epochs": (WarmupDecayParams(step_function=False), 10, "The warm-up of 10 epochs"),
    "milestones": (StepParams(milestones=[5, 60, 90]), 60, "milestones 60, 90, which are not reached"),
    "decay": (PolynomialParams(decay_epochs=50), 20, "The decay of 50 epochs (decay_epochs) does not end"),
    "offset": (ConstantParams(offset_epochs=5), 5, "offset_epochs 5 must be below the epochs of the training"),
    "warm-up after an offset": (WarmupCosineParams(offset_epochs=5), 15, "within the 10 epochs of the schedule"),
}


@pytest.mark.parametrize("case", TOO_LONG)
def test_a_phase_that_does_not_fit_the_training_is_named(case):
    params, epochs, expected = TOO_LONG[case]
    (note,) = notes(params, epochs)
    assert expected in note


@pytest.mark.parametrize(
    ("params", "epochs"),
    [
        (WarmupCosineParams(), 11),
        (WarmupCosineParams(warmup_epochs=0), 1),
        (WarmupConstantCosineParams(), 21),
        (WarmupDecayParams(), 10),
        (WarmupDecayParams(step_function=False), 11),
        (StepParams(), 91),
        (PolynomialParams(decay_epochs=20), 20),
        (PolynomialParams(), 1),
        (CosineDecayParams(final_epochs=1000), 20),  # which is the cosine from its first to its last epoch
        (ExponentialDecayParams(), 1),
        (OneCycleParams(), 1),
    ],
    ids=lambda value: getattr(type(value), "__name__", value) if not isinstance(value, int) else str(value),
)
def test_a_schedule_that_fits_says_nothing(params, epochs):
    assert notes(params, epochs) == []


def test_a_first_epoch_that_is_not_counted_is_named_with_its_rate_and_the_remedy():
    params = WarmupDecayParams(step_function=False, warmup_epochs=1)
    (note,) = notes(params, 10, UNKNOWN)
    assert "The whole first epoch trains at the learning rate 0," in note
    assert "--trainer.samples_per_epoch" in note
    (note,) = notes(params, 10, GENERATED)
    assert "counted by the 48 samples of the generator" in note
    assert notes(params, 10, EpochSize(20, None, None)) == []
    assert notes(WarmupDecayParams(), 10, UNKNOWN) == []  # whole epochs only


def rates_of(params, caplog, metrics_of):
    with caplog.at_level(logging.WARNING):
        PointsScenario.create_trainer(params).train()
    warnings = [record.getMessage() for record in caplog.records if record.name.startswith("tfaip.trainer")]
    return [line["lr"] for line in metrics_of(params.output_dir)], [w for w in warnings if "first epoch" in w]


@pytest.fixture
def warming(points_params, monkeypatch):
    """Parameters of a training of 48 samples, whose number is not known, with a warm-up in two epochs."""
    monkeypatch.setattr(DataPipeline, "samples_per_epoch", lambda self: None)
    schedule = WarmupDecayParams(lr=0.02, warmup_epochs=2, step_function=False)
    return points_params(epochs=2, learning_rate=schedule)


def test_the_first_epoch_is_counted_by_the_samples_of_the_generator(warming, caplog, metrics_of):
    rates, warnings = rates_of(warming, caplog, metrics_of)
    # The last step of an epoch begins after 40 of 48 samples.
    assert rates == pytest.approx([0.02 * 40 / 48 / 2, 0.02 * (1 + 40 / 48) / 2])
    assert len(warnings) == 1


def test_a_first_epoch_that_nothing_counts_trains_at_the_first_rate_with_a_warning(
    warming, caplog, metrics_of, monkeypatch
):
    monkeypatch.setattr(DataPipeline, "samples_of_generator", lambda self: None)
    rates, (warning,) = rates_of(warming, caplog, metrics_of)
    assert rates == pytest.approx([0.0, 0.02 * (1 + 40 / 48) / 2])
    assert "--trainer.samples_per_epoch" in warning
