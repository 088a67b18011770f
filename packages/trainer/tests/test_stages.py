"""A training in stages: one run, whose parts differ in data, epochs, early stopping or learning rate."""

import json
import re
import signal

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import Action, ExponentialDecayParams, RunFolder, StageParams, StepParams, Trainer
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.stages.stages import TrainingStages
from tfaip.trainer.testing.compare_runs import compare_runs

STAGES = [
    StageParams(name="augmented", epochs=2),
    StageParams(
        name="clean",
        epochs=2,
        data={"pre_proc.processors": []},
        gen={"train": {"batch_size": 8}},
        learning_rate={"__cls__": "Constant", "lr": 0.005},
    ),
]


def test_a_stage_follows_with_its_own_data_and_learning_rate(points_params, train, metrics_of):
    params = points_params(stages=STAGES)
    history = train(params)
    rows = metrics_of(params.output_dir)
    assert [row["stage"] for row in rows] == ["augmented", "augmented", "clean", "clean"]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert [row["step"] for row in rows] == [5, 10, 16, 22]
    assert [round(row["lr"], 6) for row in rows] == [0.02, 0.02, 0.005, 0.005]
    assert [row["stage"] for row in history.epochs] == ["augmented", "augmented", "clean", "clean"]


class StopAtEpoch(Action):
    """Sends SIGINT in the first call of an epoch."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def after_call(self, context) -> None:
        """Send it."""
        if context.epoch == self._epoch:
            signal.raise_signal(signal.SIGINT)


def stopping_trainer(epoch):
    class StoppingTrainer(Trainer):
        def create_actions(self):
            return [StopAtEpoch(epoch)]

    return StoppingTrainer


def plateau_stages():
    return [
        StageParams(name="one", epochs=2, data={"pre_proc.processors.0.scale": 0.1}),
        StageParams(
            epochs=2, early_stopping={"n_to_go": 3}, learning_rate={"__cls__": "ReduceOnPlateau", "patience": 1}
        ),
    ]


@pytest.mark.parametrize("epoch", [1, 2, 3])
@pytest.mark.takes_long
def test_a_run_that_is_stopped_in_any_stage_ends_bit_by_bit_as_one_that_is_not(points_params, train, resume, epoch):
    whole, parts = (
        points_params(name, stages=plateau_stages(), ema_decay=0.9, steps_per_call=2) for name in ("whole", "parts")
    )
    train(whole)
    scenario = PointsScenario(PointsScenario.tagged(parts.scenario))
    with pytest.raises(KeyboardInterrupt):
        stopping_trainer(epoch)(parts, scenario).train()
    resume(parts)
    for line in compare_runs(whole.output_dir, parts.output_dir):
        assert line.count, line.what
        assert line.differing == [], line.what


def test_a_stage_is_added_to_a_run_that_has_finished(points_params, train, resume, metrics_of):
    params = points_params(epochs=2)
    train(params)
    params.stages = [StageParams(), StageParams(name="after", epochs=1, gen={"train.count": 20})]
    resume(params)
    assert [(row["epoch"], row["step"], row.get("stage")) for row in metrics_of(params.output_dir)] == [
        (1, 5, None),
        (2, 10, None),
        (3, 12, "after"),
    ]


def test_early_stopping_ends_the_stage_and_not_the_run(points_params, train, metrics_of):
    stops = {"early_stopping": {"lower_threshold": 1e9, "upper_threshold": -1e9}}
    params = points_params(stages=[StageParams(name="a", epochs=9, **stops), StageParams(name="b", epochs=2)])
    train(params)
    assert [row["stage"] for row in metrics_of(params.output_dir)] == ["a", "b", "b"]
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    assert (status["epochs"], status["stage"], status["state"]) == (3, "b", "finished")


def test_the_next_stage_needs_no_other_compiled_step(points_params, train, monkeypatch):
    traced = []
    loop = CompiledLoop._loop
    monkeypatch.setattr(CompiledLoop, "_loop", lambda self, *args: traced.append(self) or loop(self, *args))
    train(points_params(stages=STAGES, stop_on_nan=False))
    assert len(traced) == len(set(map(id, traced)))


def test_the_schedule_of_a_stage_counts_from_its_first_epoch_and_that_of_the_run_goes_on(points_params):
    own = {"__cls__": "ExponentialDecay", "lr": 1.0, "learning_cycle": 1, "lr_decay_rate": 0.5}
    params = points_params(
        learning_rate=StepParams(lr=8.0, milestones=[1, 5], factor=0.5),
        stages=[StageParams(epochs=2), StageParams(epochs=2, learning_rate=own), StageParams(epochs=2)],
    )
    schedule = TrainingStages(params).schedule(np)
    assert [float(schedule(np.float32(epoch))) for epoch in range(6)] == [8.0, 4.0, 1.0, 0.5, 4.0, 2.0]
    stage = StageParams(learning_rate=ExponentialDecayParams(lr=0.5))
    assert stage.learning_rate["lr"] == 0.5, "params are stored as plain data"


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ([None], "TrainerParams.stages: expects StageParams, got none"),
        ([StageParams(name="a"), StageParams(name="a")], "trainer.stages.1.name must differ"),
        ([StageParams(data={"pre_prok": 1})], "trainer.stages.0.data.pre_prok: unknown argument"),
        ([StageParams(early_stopping={"n_to_go": "x"})], "trainer.stages.0.early_stopping.n_to_go"),
        ([StageParams(gen={"train": {"batch_size": 0}})], "batch_size must be"),
        ([StageParams(learning_rate={"__cls__": "stranger.module:X"})], "isn't trusted"),
        ([StageParams(data={"__cls__": "Other"})], "must be the class of the run"),
        ("two", "TrainerParams.stages: expects list[StageParams], got 'two'"),
    ],
)
def test_a_wrong_stage_is_refused_before_the_folder_is_touched(points_params, train, stages, says):
    params = points_params(stages=stages)
    with pytest.raises(ValueError, match=re.escape(says)):
        train(params)
    assert not params.output_dir.exists()


def test_zero_epochs_are_refused():
    with pytest.raises(ValueError, match="epochs"):
        StageParams(epochs=0)


def test_a_stage_that_has_begun_is_kept_when_the_run_is_resumed(points_params, train, resume):
    params = points_params(stages=[StageParams(epochs=1), StageParams(epochs=1)])
    train(params)
    params.stages = []
    with pytest.raises(ValueError, match="written in stage 2, but trainer.stages has only 1"):
        resume(params)
