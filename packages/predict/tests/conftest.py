"""Makes the cases importable by name, as the workers do."""

import sys
from pathlib import Path

import keras
import pytest

from tfaip.model import export_bundle
from tfaip.model.testing.points.scenario import PointsScenario

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A bundle of the points with random weights, and the graph that it was made of."""
    return export(tmp_path_factory.mktemp("bundles") / "best", seed=1)


@pytest.fixture(scope="session")
def three_exported(exported, tmp_path_factory):
    """The bundle and two more with other weights, and their graphs."""
    return [exported, *(export(tmp_path_factory.mktemp("bundles") / "best", seed=seed) for seed in (2, 3))]


def export(path, seed, scenario_cls=PointsScenario):
    keras.utils.set_random_seed(seed)
    scenario = scenario_cls(scenario_cls.tagged(scenario_cls.default_params()))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    return export_bundle(path, scenario, model, graph), graph
