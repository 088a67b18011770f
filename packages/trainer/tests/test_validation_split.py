"""A validation that is split off the training samples, in trainings."""

import pytest

from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import DefinitionError
from tfaip.trainer import load_trainer_params


@pytest.fixture
def read_points(monkeypatch):
    """The points that each mode has read."""
    points = {}
    of_index = PointsGenerator.__getitem__

    def noted(self, index):
        points.setdefault(self.mode, set()).add(index)
        return of_index(self, index)

    monkeypatch.setattr(PointsGenerator, "__getitem__", noted)
    return points


def split_params(points_params, **changes):
    params = points_params(**changes)
    params.gen.val = PointsGeneratorParams()
    params.gen.validation_split, params.gen.validation_split_seed = 0.25, 3
    return params


def test_training_and_validation_share_no_sample_and_leave_none_out(points_params, train, read_points):
    params = split_params(points_params, epochs=1)
    logs = train(params)
    assert "val_loss" in logs
    training, validation = read_points[PipelineMode.TRAINING], read_points[PipelineMode.EVALUATION]
    assert not training & validation
    assert sorted(training | validation) == list(range(params.gen.train.count))
    assert len(validation) == params.gen.train.count // 4


@pytest.mark.takes_long
def test_a_resumed_run_splits_alike_and_ends_as_one_that_never_stopped(points_params, train, resume, read_points):
    whole = train(split_params(points_params, folder="whole", epochs=2))
    validation = read_points[PipelineMode.EVALUATION]
    params = split_params(points_params, folder="parts", epochs=1)
    train(params)
    read_points.clear()
    stored = load_trainer_params(params.output_dir / "trainer_params.json")
    stored.epochs = 2
    assert dict(resume(stored)) == dict(whole)
    assert read_points[PipelineMode.EVALUATION] == validation


def test_the_split_is_the_same_in_worker_processes(points_params, train):
    logs = []
    for processes in (0, 2):
        params = split_params(points_params, folder=None, epochs=1)
        params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = processes
        logs.append(dict(train(params)))
    assert logs[0] == logs[1]


def test_a_split_beside_named_validation_samples_is_refused(points_params, train):
    params = split_params(points_params)
    params.gen.val.count = 7
    with pytest.raises(DefinitionError, match="validation samples are named too: leave out one of them"):
        train(params)


@pytest.mark.parametrize("fraction", [1.0, -0.2, 1.5, float("nan")])
def test_a_fraction_out_of_range_is_refused(points_params, train, fraction):
    params = points_params()
    params.gen.validation_split = fraction
    with pytest.raises(DefinitionError, match="validation_split must be a fraction above 0 and below 1"):
        train(params)
