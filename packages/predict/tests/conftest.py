"""Makes the cases importable by name, as the workers do."""

import logging
import sys
from pathlib import Path

import pytest

from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict.cli import evaluate, lav, multi_lav, predict

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config):
    config.addinivalue_line("markers", "faults: processes that are killed; run them with `-m faults`")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("-m"):
        long = [item for item in items if item.get_closest_marker("faults")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


COMMANDS = {
    "tfaip-predict": predict.main,
    "tfaip-lav": lav.main,
    "tfaip-multi-lav": multi_lav.main,
    "tfaip-evaluate": evaluate.main,
}
IN_PROCESS = ["--pipeline.num_processes", "0"]


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A bundle of the points with random weights, and the graph that it was made of."""
    return export(tmp_path_factory.mktemp("bundles") / "best", seed=1)


@pytest.fixture(scope="session")
def three_exported(exported, tmp_path_factory):
    """The bundle and two more with other weights, and their graphs."""
    return [exported, *(export(tmp_path_factory.mktemp("bundles") / "best", seed=seed) for seed in (2, 3))]


def export(path, seed, scenario_cls=PointsScenario):
    import keras

    from tfaip.model import export_bundle

    keras.utils.set_random_seed(seed)
    scenario = scenario_cls(scenario_cls.tagged(scenario_cls.default_params()))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    return export_bundle(path, scenario, model, graph), graph


@pytest.fixture(scope="session")
def lines_bundle(tmp_path_factory):
    from lines_scenario import LinesScenario

    bundle, _ = export(tmp_path_factory.mktemp("lines") / "best", seed=4, scenario_cls=LinesScenario)
    return str(bundle.path)


@pytest.fixture(autouse=True)
def handlers_of_one_test():
    """Let no handler of a command's console outlive its test: caplog would see nothing in the next one."""
    logger = logging.getLogger("tfaip")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command in this process: exit code, standard output and standard error in one line each."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(command, *words):
        code = 0
        try:
            COMMANDS[command]([str(word) for word in words])
        except SystemExit as stopped:
            code = stopped.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def lists(tmp_path):
    """Two lists of 20 and 10 points."""
    paths = []
    for name, count in (("a", 20), ("b", 10)):
        points = PointsGenerator("evaluation", PointsGeneratorParams(count=count, seed=count))
        rows = [points[index] for index in range(count)]
        text = "".join(f"{p.inputs['point'][0]} {p.inputs['point'][1]} {p.targets['direction'][0]}\n" for p in rows)
        (tmp_path / f"{name}.lst").write_text(text)
        paths.append(tmp_path / f"{name}.lst")
    return paths
