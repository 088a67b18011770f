"""What an epoch is trained and validated on."""

import json
import time

import pytest
import tensorflow as tf

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.model.testing.points.data import DIRECTIONS, PointsGenerator
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import DataPipeline
from tfaip.pipeline.errors import HookError
from tfaip.trainer import EpochSizeError, RunFolder
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.loop.training_data import TrainingData


def train(params):
    return PointsScenario.create_trainer(params).train()


def metrics_of(params) -> list[dict]:
    lines = RunFolder(params.output_dir).metrics.read_text().splitlines()
    return [dict(json.loads(line), time=0) for line in lines]


def test_preloaded_data_is_generated_once_and_trains_the_same(points_params, monkeypatch):
    drawn = []
    get = PointsGenerator.__getitem__
    monkeypatch.setattr(PointsGenerator, "__getitem__", lambda self, index: drawn.append(index) or get(self, index))
    logs = train(points_params(None, preload_data=True))
    assert len(drawn) <= 48 + 30 + 2, "a first sample of each pipeline may be tried"
    drawn.clear()
    assert logs.keys() == train(points_params(None)).keys()
    assert len(drawn) >= 3 * (48 + 30)


@pytest.mark.takes_long
def test_a_run_with_preloaded_data_resumes_exactly(points_params):
    whole, parts = (
        points_params("whole", epochs=4, preload_data=True),
        points_params("parts", epochs=2, preload_data=True),
    )
    train(whole)
    train(parts)
    parts.epochs = 4
    PointsScenario.create_trainer(parts).resume()
    assert metrics_of(parts) == metrics_of(whole)


def test_the_next_batches_are_made_while_a_step_computes(points_params, monkeypatch):
    drawn, found = [], []
    get = PointsGenerator.__getitem__

    def slow(self, index):
        time.sleep(0.001)  # so that a batch takes too long for a group of them to be handed over at once
        drawn.append(index)
        return get(self, index)

    def wait():
        for _ in range(1000):
            if len(drawn) >= 4 * 10:
                break
            time.sleep(0.01)
        found.append(len(drawn))

    def step(inputs, targets):
        tf.numpy_function(wait, [], [])

    monkeypatch.setattr(PointsGenerator, "__getitem__", slow)
    params = points_params(None)
    with TrainingData(params, PointsScenario(params.scenario), None) as data:
        CompiledLoop(step)(data.iterator)
    assert found[0] >= 40, "the first batch, one that is held back, and two ahead"


@pytest.mark.parametrize(
    ("scale", "samples", "steps"), [(0.5, None, [3, 6]), (2.0, None, [10, 20]), (0.5, 40, [2, 4]), (1e-9, None, [1, 2])]
)
def test_the_epoch_can_be_scaled(points_params, scale, samples, steps):
    params = points_params(epochs=2, scale_epoch_size=scale, samples_per_epoch=samples)
    train(params)
    assert [line["step"] for line in metrics_of(params)] == steps


def test_an_epoch_of_unknown_size_can_t_be_scaled(points_params, monkeypatch):
    monkeypatch.setattr(DataPipeline, "samples_per_epoch", lambda self: None)
    with pytest.raises(EpochSizeError, match="scale_epoch_size must be 1 .* got 0.5: set --trainer.samples_per_epoch"):
        train(points_params(None, scale_epoch_size=0.5))


class RightNames(Evaluator[EvaluatorParams]):
    """Share of samples whose name, made by the post-processing, is right."""

    def __enter__(self):
        self.right = []
        return self

    def update_state(self, sample):
        self.right.append(sample.outputs["name"] == DIRECTIONS[int(sample.targets["direction"][0])])

    def result(self):
        return {"right_names": sum(self.right) / len(self.right), "count": len(self.right)}


@pytest.fixture
def evaluated(points_params, monkeypatch):
    """Parameters of a training whose validation has an evaluator."""
    monkeypatch.setattr(PointsScenario, "evaluator_cls", classmethod(lambda cls: RightNames))
    return lambda folder="run", **changes: points_params(folder, **{"evaluate_validation": True, **changes})


def test_the_evaluator_sees_every_sample_of_the_validation(evaluated):
    logs = train(evaluated(None))
    assert logs["val_count"] == 30
    assert logs["val_right_names"] == pytest.approx(logs["val_acc"])


def test_the_evaluator_of_the_validation_changes_nothing_else(evaluated, points_params):
    with_evaluator, without = train(evaluated(None)), train(points_params(None))
    assert {name: with_evaluator[name] for name in without} == without


def test_the_evaluator_of_the_validation_may_choose_the_best_model(evaluated, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "val_right_names"))
    params = evaluated()
    train(params)
    best = json.loads(RunFolder(params.output_dir).status.read_text())["best_value"]
    assert best == max(line["val_right_names"] for line in metrics_of(params))


def test_a_best_log_without_val_means_the_figure_of_the_validation(evaluated, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "right_names"))
    params = evaluated()
    train(params)
    best = json.loads(RunFolder(params.output_dir).status.read_text())["best_value"]
    assert best == max(line["val_right_names"] for line in metrics_of(params))


def test_an_evaluator_that_can_not_be_made_ends_the_run_before_its_first_epoch(evaluated, monkeypatch):
    class OfFormerParams(RightNames):
        def result(self):
            return {"right": self._params.count}

    monkeypatch.setattr(PointsScenario, "evaluator_cls", classmethod(lambda cls: OfFormerParams))
    params = evaluated()
    with pytest.raises(HookError, match=r"OfFormerParams reads self\._params"):
        train(params)
    assert not RunFolder(params.output_dir).metrics.exists()


def test_a_figure_of_an_evaluator_that_does_not_run_is_refused_before_the_first_epoch(evaluated, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "val_right_names"))
    with pytest.raises(ValueError, match=r"got 'val_right_names'; --trainer\.evaluate_validation adds the figures"):
        train(evaluated(None, evaluate_validation=False))


def test_a_best_log_that_the_evaluator_of_the_validation_lacks_is_named(evaluated, monkeypatch):
    monkeypatch.setattr(PointsModel, "_best_logging_settings", lambda self: ("max", "val_cer"))
    with pytest.raises(ValueError, match="got 'val_cer'; there are val_loss, val_ce, val_acc, val_right_names"):
        train(evaluated(None))
