"""Entry points name what they take where a caller gives something else."""

import re

import numpy as np
import pytest

from predict_cases import POINTS, in_process
from tfaip.model import load_scenario_params
from tfaip.pipeline import Sample
from tfaip.predict import LAV, LAVParams, MultiModelPredictor, Predictor
from tfaip.predict.errors import PredictionError
from tfaip.predict.ray import BundlePredictor

POINT = np.zeros(2, np.float32)
ONE = Sample(inputs={"point": POINT})


@pytest.fixture(scope="module")
def predictor(exported):
    def model(inputs):
        import tensorflow as tf

        return {"class": tf.zeros(len(inputs["point"]), tf.int64)}

    return Predictor(in_process(), load_scenario_params(exported[0].path), model)


@pytest.mark.parametrize(
    ("given", "name"),
    [({"point": POINT}, "dict"), (None, "NoneType"), (POINT, "ndarray"), ([ONE], "list"), (Sample, "the class Sample")],
)
def test_a_service_takes_samples_only(predictor, given, name):
    with predictor.raw() as predict:
        with pytest.raises(PredictionError, match=rf"^raw\(\) takes one Sample, got {name}: give Sample\(inputs="):
            predict(given)
        assert predict(ONE).outputs["class"] == 0
    with pytest.raises(PredictionError, match=rf"^predict_raw takes samples \(number 1\), got {name}: give Sample"):
        list(predictor.predict_raw([ONE, given]))


@pytest.mark.parametrize(
    ("given", "name"), [({"point": POINT}, "dict"), (None, "NoneType"), (ONE, "Sample"), (POINT, "ndarray")]
)
def test_one_sample_is_no_iterable_of_samples(predictor, given, name):
    with pytest.raises(PredictionError, match=rf"^predict_raw takes an iterable of samples, got {name}: give \[Sample"):
        list(predictor.predict_raw(given))


@pytest.mark.parametrize("given", [{"point": POINT}, [ONE], type(POINTS)])
def test_samples_are_no_parameters_of_a_generator(predictor, given):
    with pytest.raises(PredictionError, match="^predict takes parameters of a generator, got "):
        list(predictor.predict(given))
    with pytest.raises(PredictionError, match="^predict_pipeline takes a DataPipeline, got "):
        list(predictor.predict_pipeline(given))
    with pytest.raises(PredictionError, match="^predict_dataset takes a tf.data.Dataset, got "):
        list(predictor.predict_dataset(given))


def test_a_validation_takes_a_list_of_generators(exported):
    params = LAVParams()
    params.pipeline.num_processes = 0
    lav = LAV.from_path(exported[0].path, params)
    with pytest.raises(PredictionError, match="takes parameters of generators in a list, got PointsGeneratorParams"):
        list(lav.run(POINTS))
    with pytest.raises(PredictionError, match="^run takes parameters of a generator, got Sample"):
        list(lav.run([ONE]))


def test_parameters_of_another_class_are_refused_before_the_bundle_is_read():
    for load, given in ((Predictor.from_path, {}), (LAV.from_path, LAVParams), (MultiModelPredictor.from_paths, None)):
        with pytest.raises(PredictionError, match=r"^\w+\.from_paths? takes \w+Params, got .*: give \w+Params\(\)"):
            load("nowhere", given)


def test_a_prediction_function_returns_outputs_by_name(exported, predictor):
    with pytest.raises(PredictionError, match="^set_model takes a function, got NoneType"):
        predictor.set_model(None)
    other = Predictor(in_process(), load_scenario_params(exported[0].path), lambda inputs: 3)
    with pytest.raises(PredictionError, match="a prediction takes a function that returns outputs by name, got int"):
        list(other.predict(POINTS))


@pytest.mark.parametrize("given", [{"a": 1}, None, type(POINTS)])
def test_rows_need_a_generator_or_a_function(exported, given):
    with pytest.raises(PredictionError, match="^BundlePredictor takes parameters of a generator or a function"):
        BundlePredictor(exported[0].path, given)


def test_rows_come_as_arrays_by_column(exported):
    predict = BundlePredictor(exported[0].path, POINTS)
    with pytest.raises(PredictionError, match=re.escape('got list: use map_batches(batch_format="numpy")')):
        predict([1, 2])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([0.5], "the column 'id' must hold integers, got float64"),
        (["a"], "the column 'id' must hold integers, got <U1"),
        ([0, None], "the column 'id' must hold integers, got object"),
        ([-1], "must hold indices of the generator's 37 elements, 0 to 36, got -1"),
        ([0, 37], "must hold indices of the generator's 37 elements, 0 to 36, got 37"),
    ],
)
def test_an_index_names_an_element_of_the_generator(exported, column, message):
    predict = BundlePredictor(exported[0].path, POINTS)
    with pytest.raises(PredictionError, match=message):
        predict({"id": np.array(column)})
    assert len(predict({"id": np.array([3, 0], object)})["id"]) == 2
