"""Files of earlier versions are read today."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tfaip.model import load_prediction_function, load_scenario_params
from tfaip.model.stored.adapt import adapt_bundle
from tfaip.model.testing.points.params import PointsScenarioParams
from tfaip.model.testing.sequences.params import SequencesScenarioParams

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
BUNDLES = {"points": PointsScenarioParams, "sequences": SequencesScenarioParams}

each_version = pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)
each_bundle = pytest.mark.parametrize("name", BUNDLES)


def require_stored_outputs(folder, name, bundle):
    """Check that a bundle predicts what the stored one predicted."""
    stored = json.loads((folder / "outputs.json").read_text(encoding="utf-8"))[name]
    dtype = np.float32 if name == "points" else np.int64
    predict = load_prediction_function(bundle)
    found = predict({key: np.array(value, dtype) for key, value in stored["inputs"].items()})
    assert found.keys() == stored["outputs"].keys()
    for key, values in stored["outputs"].items():
        np.testing.assert_allclose(found[key], values, rtol=1e-4, atol=1e-5, err_msg=key)


@each_version
def test_parameters_load_by_their_former_tags(folder):
    subprocess.run([sys.executable, "-m", "tfaip.params.testing", folder / "classes.json"], check=True)


@each_version
@each_bundle
def test_a_bundle_has_its_parameters(folder, name):
    assert type(load_scenario_params(folder / name)) is BUNDLES[name]


@each_version
def test_a_bundle_has_its_resources(folder):
    params = load_scenario_params(folder / "points")
    path = params.data.resource_path(params.data.post_proc.processors[0].names)
    assert Path(path).read_text(encoding="utf-8").split() == ["N", "SE", "SW"]


@each_version
@each_bundle
def test_a_bundle_predicts_as_it_did(folder, name):
    require_stored_outputs(folder, name, folder / name)


@each_version
@each_bundle
def test_a_bundle_is_rebuilt_with_the_code_of_today(folder, name, tmp_path):
    adapt_bundle(folder / name, tmp_path / "adapted")
    require_stored_outputs(folder, name, tmp_path / "adapted")
