import logging
import sys
from pathlib import Path

import keras
import pytest

from tfaip.model.testing.points.scenario import PointsScenario

# Graphs and models that several test modules share.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def handlers_of_one_test():
    """Let no handler of a test's console outlive it: its stream is closed then."""
    logger = logging.getLogger("tfaip")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture
def scenario():
    return PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))


@pytest.fixture
def built(scenario):
    """Scenario, model and graph with reproducible weights."""
    keras.utils.set_random_seed(1)
    model = scenario.create_model()
    return scenario, model, model.build_graph(scenario.data)
