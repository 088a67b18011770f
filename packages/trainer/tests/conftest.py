import json
import logging
import signal

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder, TrainerParams

LONG = {"faults": "kills and full disks", "machines": "processes that train together and are killed"}


@pytest.fixture(autouse=True)
def handlers_of_one_test():
    """Let no handler of a command's console outlive its test: caplog would see nothing in the next one."""
    logger = logging.getLogger("tfaip")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


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


@pytest.fixture
def train():
    """Train and return the logs of the last epoch."""
    return lambda params: PointsScenario.create_trainer(params).train()


@pytest.fixture
def resume():
    """Go on with a run and return the logs of its last epoch."""
    return lambda params: PointsScenario.create_trainer(params).resume()


@pytest.fixture
def metrics_of():
    """Return what metrics.jsonl of a run holds, without the times."""

    def read(folder) -> list[dict]:
        lines = [json.loads(line) for line in RunFolder(folder).metrics.read_text().splitlines()]
        return [{name: value for name, value in line.items() if name != "time"} for line in lines]

    return read


@pytest.fixture
def network_after():
    """Make so many steps with a new network, by the loop that `create_loop` makes for its step, and return it."""
    import keras

    from tfaip.pipeline import PipelineMode
    from tfaip.trainer.step.training_state import TrainingState

    def trained(params, steps, create_loop):
        keras.utils.set_random_seed(1)
        scenario = PointsScenario(params.scenario)
        network = TrainingState(scenario, params)
        pipeline = scenario.data.create_pipeline(PipelineMode.TRAINING, params.gen.setup.train, params.gen.train_gen())
        loop = create_loop(network.step)
        network.step.start_epoch(0, pipeline.samples_per_epoch())
        with pipeline.input_dataset(repeat=True) as data:
            iterator = iter(data.dataset)
            while steps:
                steps -= loop(iterator, max_steps=steps).steps
            del iterator
        return network

    return trained


def pytest_configure(config: pytest.Config) -> None:
    # A shell lets what it starts in the background ignore SIGINT, which the tests send.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, what in LONG.items():
        config.addinivalue_line("markers", f"{name}: {what}, which take minutes; run them with `-m {name}`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("markexpr"):
        return
    long = [item for item in items if any(map(item.get_closest_marker, LONG))]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
