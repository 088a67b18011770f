import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import TrainerParams


@pytest.fixture
def points_params(tmp_path):
    """Parameters of a short training in this process, changed by keyword."""

    def make(folder: str | None = "run", **changes) -> TrainerParams:
        params = PointsScenario.default_trainer_params()
        params.output_dir = tmp_path / folder if folder else None
        params.epochs = 3
        params.random_seed = 5
        params.progress = "off"
        params.learning_rate.lr = 0.02
        params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
        params.gen.setup.train.batch_size = 10  # of 48 samples, so that the last batch is a ragged one
        params.scenario.export_serve = False  # most of a short training's time would be spent on it
        params.gen.val.seed = 1
        params.gen.val.count = 30
        for name, value in changes.items():
            setattr(params, name, value)
        return params

    return make
