"""Each sample gets its own row of an output, or a sentence says why there is none."""

import numpy as np
import pytest

from predict_cases import POINTS, in_process, points
from tfaip.model import ModelDefinitionError, load_prediction_function, load_scenario_params
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict import LAV, LAVParams, MultiLAV, MultiModelPredictor, Predictor
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.predictor_base import LoadedModel
from tfaip.predict.voting import MajorityVoterParams, MultiModelPredictorParams


def test_rows_are_those_of_the_samples_in_order():
    outputs = {"a": np.arange(6).reshape(3, 2), "b": np.array([b"x", b"y", b"z"], object)}
    rows = list(output_rows(outputs, 3))
    assert [row["a"].tolist() for row in rows] == [[0, 1], [2, 3], [4, 5]]
    assert [row["b"] for row in rows] == [b"x", b"y", b"z"]


def test_outputs_come_in_the_order_of_their_names_whatever_the_model_gives_first():
    for names in ("abc", "cab"):
        (row,) = output_rows({name: np.zeros(1) for name in names}, 1)
        assert list(row) == ["a", "b", "c"]


def test_a_model_without_outputs_has_samples_without_outputs():
    assert list(output_rows({}, 2)) == [{}, {}]


@pytest.mark.parametrize("shape", [(), (1,), (2, 5), (4,), (6, 1), (0, 3)])
def test_other_numbers_of_rows_are_refused_with_rule_output_and_shape(shape):
    with pytest.raises(ModelDefinitionError) as refused:
        list(output_rows({"good": np.zeros(3), "foreign": np.zeros(shape)}, 3))
    assert str(refused.value) == (
        f"an output must have one row for each sample of the batch, shape (3, ...), got {shape} for 'foreign': "
        "change it in the graph, or leave it out of `build_prediction_graph` and `_export_graphs`"
    )


def _predicted(scenario_params, function):
    return list(Predictor(in_process(), scenario_params, function).predict(POINTS))


def _raw(scenario_params, function):
    with Predictor(in_process(), scenario_params, function).raw() as predict:
        return predict(points()[0])


def _voted(scenario_params, function):
    return list(_multi_model_predictor(scenario_params, function).predict(POINTS))


def _lav(scenario_params, function):
    return list(LAV(_lav_params(), PointsScenario(scenario_params), function).run([POINTS]))


def _multi_lav(scenario_params, function):
    predictor = _multi_model_predictor(scenario_params, function)
    return list(MultiLAV(_lav_params(), PointsScenario(scenario_params), predictor).run([POINTS]))


def _multi_model_predictor(scenario_params, function):
    models = [LoadedModel(scenario_params.data.create(), function) for _ in range(2)]
    params = MultiModelPredictorParams(voter=MajorityVoterParams(), include_targets=True)
    params.pipeline.num_processes = 0
    return MultiModelPredictor(params, models)


def _lav_params():
    params = LAVParams()
    params.pipeline.num_processes = 0
    return params


@pytest.mark.parametrize("run", [_predicted, _raw, _voted, _lav, _multi_lav])
@pytest.mark.parametrize("foreign", [lambda size: np.float32(1), lambda size: np.zeros((size + 1, 3), np.float32)])
def test_no_sample_gets_the_row_of_another(exported, run, foreign):
    bundle, _ = exported
    whole = load_prediction_function(bundle.path)

    def function(inputs):
        import tensorflow as tf

        return {**whole(inputs), "foreign": tf.constant(foreign(len(inputs["point"])))}

    with pytest.raises(ModelDefinitionError, match=r"one row for each sample .* for 'foreign'"):
        run(load_scenario_params(bundle.path), function)
