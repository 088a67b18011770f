"""`BundlePredictor` on batches of rows as Ray Data gives them; Ray is not needed, see tests/slow for it."""

import pickle

import numpy as np
import pytest

from predict_cases import DroppingParams, in_process
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.pipeline import PipelineMode, Sample
from tfaip.pipeline.errors import HookError
from tfaip.predict import Predictor
from tfaip.predict.errors import PredictionError
from tfaip.predict.given_samples import GivenSamples
from tfaip.predict.ray import BundlePredictor

POINTS = PointsGeneratorParams(count=12, seed=3)


def point_of(row):
    return Sample(inputs={"point": row["point"]}, meta={"index": int(row["id"])})


@pytest.fixture(scope="module")
def expected(exported):
    return list(Predictor.from_path(exported[0].path, in_process()).predict(POINTS))


def test_rows_name_the_elements_of_a_generator(exported, expected):
    predict = BundlePredictor(exported[0].path, POINTS)
    rows = predict({"id": np.array([7, 2, 11])})
    assert rows["id"].tolist() == [7, 2, 11]
    assert rows["name"].tolist() == [expected[index].outputs["name"] for index in (7, 2, 11)]
    np.testing.assert_allclose(rows["pred"], [expected[index].outputs["pred"] for index in (7, 2, 11)], atol=1e-6)
    assert rows["pred"].shape == (3, 3)


def test_a_function_makes_samples_of_rows(exported, expected):
    generator = POINTS.create(PipelineMode.PREDICTION)
    points = np.stack([generator[index].inputs["point"] for index in range(12)])
    predict = BundlePredictor(str(exported[0].path), point_of, params=in_process())
    rows = predict({"point": points, "id": np.arange(12) + 100})
    assert rows["id"].tolist() == list(range(100, 112))
    np.testing.assert_allclose(rows["pred"], [sample.outputs["pred"] for sample in expected], atol=1e-6)


def test_rows_of_dropped_samples_are_missing(exported):
    predict = BundlePredictor(exported[0].path, POINTS)
    predict._predictor.data.params.pre_proc.processors.insert(0, DroppingParams(every=3))
    assert predict({"id": np.arange(5)})["id"].tolist() == [1, 2, 4]
    assert predict({"id": np.array([0, 3])})["id"].tolist() == []


def test_a_function_makes_rows_of_samples(exported):
    predict = BundlePredictor(exported[0].path, POINTS, to_row=lambda sample: {"words": [sample.outputs["name"]]})
    rows = predict({"id": np.arange(2)})
    assert list(rows) == ["id", "words"]
    assert all(isinstance(words, list) for words in rows["words"])


@pytest.mark.parametrize("row", [None, 3, ["a"], [("a", 1)]], ids=str)
def test_a_function_that_makes_no_row_is_named(exported, row):
    predict = BundlePredictor(exported[0].path, POINTS, to_row=lambda sample: row)
    with pytest.raises(HookError, match=r"BundlePredictor.to_row must return a dict of values by column, got"):
        predict({"id": np.arange(2)})


def test_several_bundles_vote(three_exported):
    predict = BundlePredictor([bundle.path for bundle, _ in three_exported], POINTS)
    assert predict({"id": np.arange(4)})["pred"].shape == (4, 3)


def test_the_parameters_of_the_caller_stay(exported):
    params = in_process()
    before = pickle.dumps(params)
    BundlePredictor(exported[0].path, POINTS, params=params)
    assert pickle.dumps(params) == before


def test_rows_without_their_index_are_refused(exported):
    predict = BundlePredictor(exported[0].path, POINTS)
    with pytest.raises(PredictionError, match="must have their index in the column 'id', but the columns are a, b"):
        predict({"a": np.arange(2), "b": np.arange(2)})


def test_a_generator_without_indices_is_refused(exported):
    with pytest.raises(PredictionError, match="need a generator with __getitem__, which RawSamples has not"):
        BundlePredictor(exported[0].path, GivenSamples([]))


def test_a_function_that_makes_no_sample_is_refused(exported):
    predict = BundlePredictor(exported[0].path, lambda row: row)
    with pytest.raises(HookError, match="BundlePredictor.samples must return a Sample, got"):
        predict({"id": np.arange(1)})
