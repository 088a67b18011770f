import keras
import pytest

from tfaip.model.bundle.export import export_bundle
from tfaip.model.testing.points.scenario import PointsScenario


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A bundle of the points with random weights, and the graph that it was made of."""
    keras.utils.set_random_seed(1)
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    return export_bundle(tmp_path_factory.mktemp("bundles") / "best", scenario, model, graph), graph
