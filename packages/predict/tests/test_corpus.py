"""Files of earlier versions are read today."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from predict_cases import POINTS, in_process, points
from tfaip.predict import LAV, DumpReader, LAVParams, Predictor

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())

each_version = pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)


@each_version
def test_parameters_load_by_their_former_tags(folder):
    subprocess.run([sys.executable, "-m", "tfaip.params.testing", folder / "classes.json"], check=True)


@each_version
def test_a_dump_holds_its_samples(folder):
    dump = DumpReader(folder / "dump")
    found = list(dump)
    assert dump.is_complete
    assert dump.header["made_of"] == "points"
    assert [sample.meta for sample in found] == [sample.meta for sample in points()[:8]]
    for sample, expected in zip(found, points(), strict=False):
        np.testing.assert_array_equal(sample.inputs["point"], expected.inputs["point"])
        assert sample.inputs["point"].dtype == np.float32


@each_version
def test_a_bundle_predicts_what_the_dump_holds(folder):
    predictor = Predictor.from_path(folder / "points", in_process())
    for sample, former in zip(predictor.predict_raw(points()[:8]), DumpReader(folder / "dump"), strict=True):
        assert sample.outputs["name"] == former.outputs["name"]
        np.testing.assert_allclose(sample.outputs["pred"], former.outputs["pred"], rtol=1e-4)


@each_version
def test_a_bundle_is_validated(folder):
    params = LAVParams(silent=True)
    params.pipeline.num_processes = 0
    (result,) = LAV.from_path(folder / "points", params).run([POINTS])
    assert result.metrics.keys() >= {"loss", "acc"}
