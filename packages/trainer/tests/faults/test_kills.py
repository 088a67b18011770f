"""A run that is killed and resumed ends as one that never stopped; benchmarks/exact_resume.py kills more often."""

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import StageParams
from tfaip.trainer.testing.compare_runs import compare_runs
from tfaip.trainer.testing.killed_run import run_whole, run_with_kills

pytestmark = pytest.mark.faults


def points(folder):
    """With dropout, augmentation in two workers, averages, accumulation, and checkpoints within the epochs."""
    params = PointsScenario.default_trainer_params()
    params.epochs, params.random_seed, params.progress, params.output_dir = 3, 5, "off", folder
    params.gen.train.count, params.gen.val.seed = 300, 1
    params.gen.setup.train.num_processes = 2
    params.ema_decay, params.train_accum_steps, params.checkpoint_every_n_steps = 0.9, 3, 4
    params.learning_rate.step_function = False
    params.scenario.export_serve = False
    return params


def require_equal(whole, killed):
    for line in compare_runs(whole.output_dir, killed.output_dir):
        assert line.count, line.what
        assert line.differing == [], line.what


def test_four_kills_change_nothing(tmp_path):
    whole, killed = points(tmp_path / "whole"), points(tmp_path / "killed")
    run_whole(whole)
    hits = run_with_kills(killed, steps=57, kills=4, seed=1)
    assert len(hits) >= 2
    require_equal(whole, killed)


def test_ten_kills_of_a_training_in_stages_change_nothing(tmp_path):
    whole, killed = points(tmp_path / "whole"), points(tmp_path / "killed")
    for params in (whole, killed):
        params.stages = [
            StageParams(name="augmented", epochs=2),
            StageParams(name="clean", epochs=2, data={"pre_proc.processors": []}, gen={"train.batch_size": 8}),
            StageParams(epochs=2, learning_rate={"__cls__": "ReduceOnPlateau", "patience": 1}),
        ]
    run_whole(whole)
    # The run has 152 steps: the last kill comes before its end.
    hits = run_with_kills(killed, steps=140, kills=10, seed=2)
    assert len(hits) == 10
    require_equal(whole, killed)
