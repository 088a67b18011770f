"""Ray Data on a cluster of two nodes on this machine: run by the session `ray` of nox, skipped where Ray is missing."""

import os

import numpy as np
import pytest

from predict_cases import in_process
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.predict import Predictor

ray = pytest.importorskip("ray", reason="Ray is not installed")

POINTS = PointsGeneratorParams(count=100, seed=3)


@pytest.fixture
def cluster():
    from ray.cluster_utils import Cluster

    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    started.add_node(num_cpus=2)
    ray.init(address=started.address)
    yield started
    ray.shutdown()
    started.shutdown()


def test_each_actor_loads_the_bundle_once_and_the_index_gives_the_order(exported, cluster):
    from tfaip.predict.ray import BundlePredictor

    def with_process(sample):
        return {"name": sample.outputs["name"], "pred": sample.outputs["pred"], "process": os.getpid()}

    predicted = (
        ray.data.range(100)
        .repartition(10)
        .map_batches(
            BundlePredictor,
            fn_constructor_kwargs={"bundles": str(exported[0].path), "samples": POINTS, "to_row": with_process},
            batch_size=8,
            compute=ray.data.ActorPoolStrategy(size=2),
        )
    )
    rows = sorted(predicted.take_all(), key=lambda row: row["id"])
    expected = list(Predictor.from_path(exported[0].path, in_process()).predict(POINTS))
    assert [row["id"] for row in rows] == list(range(100))
    assert [row["name"] for row in rows] == [sample.outputs["name"] for sample in expected]
    np.testing.assert_allclose([row["pred"] for row in rows], [s.outputs["pred"] for s in expected], atol=1e-5)
    # One process for each actor, and each of them predicted several batches.
    assert 1 <= len({row["process"] for row in rows}) <= 2
