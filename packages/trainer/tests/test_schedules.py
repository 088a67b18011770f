import json
import math
import subprocess
import sys

import keras
import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import CommandLine, ParamsError, from_dict, to_dict
from tfaip.trainer import (
    ConstantParams,
    CosineDecayParams,
    ExponentialDecayParams,
    LearningRateParams,
    OneCycleParams,
    PolynomialParams,
    ReduceOnPlateauParams,
    RunFolder,
    StepParams,
    WarmupConstantCosineParams,
    WarmupCosineParams,
    WarmupDecayParams,
)
from tfaip.trainer.schedules import SCHEDULES
from tfaip.trainer.schedules.plot import plot_schedule

EPOCHS = 40
PLACES = np.arange(0, EPOCHS + 2, 0.25)


def rates(params, places=PLACES, epochs=EPOCHS) -> list[float]:
    schedule = params.create(epochs)
    return [float(schedule(keras.ops.convert_to_tensor(place, "float32"))) for place in places]


def exponential(e, circle=3, rate=0.99):
    return rate ** math.floor(e / circle)


def cosine(e, epochs, final, alpha, **decay):
    start = epochs - final
    t = min(max(e - start, 0), final)
    return exponential(min(e, start), **decay) * (alpha + (1 - alpha) * (0.5 + 0.5 * math.cos(math.pi * t / final)))


def warmup(e, after, epochs=10, factor=10.0):
    return 1 / factor + (1 - 1 / factor) * e / epochs if e < epochs else after


def one_cycle(e):
    if e < 12:
        return 1 / 25 + (1 - 1 / 25) * (0.5 - 0.5 * math.cos(math.pi * e / 12))
    return 4e-6 + (1 - 4e-6) * (0.5 + 0.5 * math.cos(math.pi * min((e - 12) / 28, 1)))


FORMULAS = [
    (ConstantParams, {}, lambda e: 1),
    (ExponentialDecayParams, {}, exponential),
    (ExponentialDecayParams, {"lr_min_fraction": 0.3, "learning_cycle": 2, "lr_decay_rate": 0.8},
     lambda e: max(0.3, exponential(e, 2, 0.8))),
    (CosineDecayParams, {"final_epochs": 15, "alpha": 0.2, "lr_decay_rate": 0.9},
     lambda e: cosine(e, 40, 15, 0.2, rate=0.9)),
    (CosineDecayParams, {}, lambda e: cosine(e, 40, 40, 0.1)),  # longer than the training
    (WarmupCosineParams, {"final_epochs": 15}, lambda e: warmup(e, cosine(max(e - 10, 0), 30, 15, 0.1))),
    (WarmupCosineParams, {"final_epochs": 15, "warmup_epochs": 0}, lambda e: cosine(e, 40, 15, 0.1)),
    (WarmupConstantCosineParams, {"final_epochs": 15, "constant_epochs": 5, "warmup_epochs": 4, "warmup_factor": 2.0},
     lambda e: warmup(e, cosine(max(e - 9, 0), 31, 15, 0.1), 4, 2)),
    (StepParams, {"milestones": [5, 20], "factor": 0.5}, lambda e: 0.5 ** (int(e >= 5) + int(e >= 20))),
    (PolynomialParams, {"power": 2.0, "end_fraction": 0.1}, lambda e: 0.1 + 0.9 * (1 - min(e, 40) / 40) ** 2),
    (PolynomialParams, {"decay_epochs": 10}, lambda e: 1 - min(e, 10) / 10),
    (OneCycleParams, {}, one_cycle),
    (ReduceOnPlateauParams, {}, lambda e: 1),
]  # fmt: skip


@pytest.mark.parametrize("step_function", [True, False])
@pytest.mark.parametrize(("cls", "changes", "formula"), FORMULAS)
def test_each_schedule_follows_its_formula(cls, changes, formula, step_function):
    params = cls(lr=0.5, step_function=step_function, **changes)
    counted = np.floor(PLACES) if step_function else PLACES
    np.testing.assert_allclose(rates(params), [0.5 * formula(e) for e in counted], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("step_function", [True, False])
def test_the_warmup_decay_peaks_at_lr(step_function):
    w, params = 10, WarmupDecayParams(lr=0.5, warmup_epochs=10, step_function=step_function)
    s = np.floor(PLACES) + 1 if step_function else PLACES[1:]
    found = rates(params)[0 if step_function else 1 :]
    np.testing.assert_allclose(found, 0.5 * w**0.5 * np.minimum(s**-0.5, s * w**-1.5), rtol=1e-5)
    assert max(found) == pytest.approx(0.5)
    assert min(found) > 0


@pytest.mark.parametrize("cls", SCHEDULES)
def test_an_offset_delays_a_schedule_which_still_ends_with_the_training(cls):
    delayed, plain = rates(cls(offset_epochs=5), PLACES + 5, EPOCHS + 5), rates(cls())
    np.testing.assert_allclose(delayed, plain, rtol=1e-4, atol=1e-9)
    assert rates(cls(offset_epochs=5), [0, 4.9]) == pytest.approx([plain[0]] * 2)


@pytest.mark.parametrize("cls", SCHEDULES)
def test_numpy_draws_what_is_trained_with(cls):
    np.testing.assert_allclose(np.asarray(cls().create(EPOCHS, np)(PLACES)), rates(cls()), rtol=1e-4, atol=1e-8)


def plateau(losses, **changes) -> list[float]:
    """Rates after each epoch."""
    params = ReduceOnPlateauParams(lr=1.0, **changes)
    schedule = params.create(10)
    schedule.require_logs(["loss", "val_loss", "acc"])
    after = []
    for loss in losses:
        schedule.end_epoch({"loss": 0.0} if loss is None else {"loss": 0.0, "val_loss": loss})
        after.append(float(schedule(0.0)))
    return after


def test_a_plateau_lowers_the_rate():
    assert plateau([3, 2, 2, 2, 1, 1, 1], patience=2, factor=0.5) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_epochs_without_validation_and_of_cooldown_do_not_count():
    assert plateau([2, None, 2, None, 2, None], patience=2, factor=0.5) == [1, 1, 1, 1, 0.5, 0.5]
    assert plateau([2, 2, 2, 2, 2, 2], patience=1, factor=0.5, cooldown=2) == [1, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_small_gains_are_none_and_the_rate_has_a_floor():
    assert plateau([1, 0.95, 0.9], patience=1, min_delta=0.2, factor=0.5, min_fraction=0.4) == pytest.approx(
        [1, 0.5, 0.4]
    )
    assert plateau([1, 2, 3], patience=1, factor=0.5, mode="max") == [1, 1, 1]


def test_a_log_that_there_is_not_is_refused():
    with pytest.raises(ParamsError, match="learning_rate.monitor must be a log, got 'los'; the nearest ones: loss"):
        ReduceOnPlateauParams(monitor="los").create(3).require_logs(["loss", "val_loss"])


@pytest.mark.takes_long
def test_a_plateau_is_resumed_where_it_was(points_params):
    def lines(params):
        return [json.loads(line) for line in RunFolder(params.output_dir).metrics.read_text().splitlines()]

    schedule = ReduceOnPlateauParams(lr=0.02, patience=1, min_delta=10.0, factor=0.5)
    whole, parts = (points_params(n, epochs=4, learning_rate=schedule) for n in ("whole", "parts"))
    PointsScenario.create_trainer(whole).train()
    parts.epochs = 2
    PointsScenario.create_trainer(parts).train()
    parts.epochs = 4
    PointsScenario.create_trainer(parts).resume()
    assert [line["lr"] for line in lines(whole)] == pytest.approx([0.02, 0.02, 0.01, 0.005])
    assert [line["val_loss"] for line in lines(parts)] == [line["val_loss"] for line in lines(whole)]


def test_a_schedule_is_drawn_without_tensorflow():
    code = (
        "import sys; from tfaip.trainer.schedules.plot import plot_schedule\n"
        "from tfaip.trainer.schedules import StepParams\n"
        "print(plot_schedule(StepParams(lr=1.0, milestones=[5], factor=0.5), 10, width=10, height=2))\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    drawn = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout.splitlines()[:3] == [" 1.00e+00 │█████", "          │██████████", " 0.00e+00 └──────────"]
    assert drawn.stdout.splitlines()[4].strip() == "Step: first 1, highest 1, last 0.5"


def test_the_drawing_of_a_rate_of_zero_is_empty():
    assert "█" not in plot_schedule(ConstantParams(lr=0.0), 3)


def test_the_former_name_of_the_learning_cycle_is_still_understood():
    line = CommandLine("test")
    line.add_root("rate", ExponentialDecayParams)
    stored = {"__cls__": "tfaip.trainer.schedules.params:ExponentialDecayParams", "learning_circle": 7}
    found = [
        line.parse(["--rate.learning_circle", "7"])["rate"],
        from_dict(LearningRateParams, stored),
        ExponentialDecayParams(learning_circle=7),
    ]
    assert [params.learning_cycle for params in found] == [7, 7, 7]
    assert "learning_circle" not in to_dict(found[0])
