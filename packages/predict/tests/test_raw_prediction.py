import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from predict_cases import POINTS, RefusingParams, in_process, points
from tfaip.model import load_scenario_params
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import Sample
from tfaip.pipeline.errors import DefinitionError, SpecError
from tfaip.predict import Predictor, PredictorParams


def function_that_refuses(limit):
    """A model that fails on batches that hold a point to the east of `limit`."""

    def function(inputs):
        import tensorflow as tf

        point = np.asarray(inputs["point"])
        if (point[:, 0] > limit).any():
            raise ValueError("a point lies too far in the east")
        return {"logits": tf.constant(point), "class": tf.constant(np.zeros(len(point), np.int64))}

    return function


def predictor_of(bundle, function=None, params=None, change=lambda params: None) -> Predictor:
    scenario_params = load_scenario_params(bundle.path)
    change(scenario_params)
    return Predictor(params or in_process(), scenario_params, function or function_that_refuses(np.inf))


def test_a_sample_alone_gets_what_it_gets_among_others(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process(include_targets=True))
    with predictor.raw() as predict:
        for among, sample in zip(predictor.predict(POINTS), points(), strict=True):
            alone = predict(sample)
            np.testing.assert_allclose(alone.outputs["logits"], among.outputs["logits"], atol=1e-6)
            assert alone.outputs["name"] == among.outputs["name"]
            assert alone.targets == among.targets
            assert alone.meta == sample.meta
            assert sample.outputs is None


def test_threads_get_their_own_samples_back(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    expected = [sample.outputs["logits"] for sample in predictor.predict(POINTS)]
    with predictor.raw() as predict, ThreadPoolExecutor(8) as pool:
        for number, sample in enumerate(pool.map(predict, points() * 20)):
            assert sample.meta["index"] == number % 37
            np.testing.assert_allclose(sample.outputs["logits"], expected[number % 37], atol=1e-6)


def test_what_the_pre_processing_raises_goes_to_the_caller_whose_sample_it_was(exported):
    bundle, _ = exported

    def refuse_the_east(params):
        params.data.pre_proc.processors.append(RefusingParams())

    predictor = predictor_of(bundle, change=refuse_the_east)
    with predictor.raw() as predict, ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(predict, sample) for sample in points()]
        for sample, future in zip(points(), futures, strict=True):
            if sample.inputs["point"][0] > 0:
                with pytest.raises(ValueError, match="lies in the east") as raised:
                    future.result()
                (note,) = raised.value.__notes__
                assert note.startswith("in Refusing, sample ")
                assert note.endswith(f"(meta {sample.meta})")
            else:
                assert future.result().meta == sample.meta


def test_what_the_model_raises_goes_to_the_callers_whose_samples_it_refuses(exported):
    bundle, _ = exported
    predictor = predictor_of(bundle, function_that_refuses(0))
    with predictor.raw() as predict, ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(predict, sample) for sample in points()]
        for sample, future in zip(points(), futures, strict=True):
            if sample.inputs["point"][0] > 0:
                with pytest.raises(ValueError, match="too far in the east"):
                    future.result()
            else:
                assert future.result().meta == sample.meta


def test_a_sample_that_does_not_fit_the_specs_is_refused(exported):
    bundle, _ = exported
    with predictor_of(bundle).raw() as predict:
        with pytest.raises(SpecError, match=r"inputs\['point'\] must be float32\[2\]"):
            predict(Sample(inputs={"point": np.zeros(3, np.float32)}))
        assert predict(points()[0]).outputs


def test_a_sample_that_is_dropped_is_an_error_for_its_caller(exported):
    bundle, _ = exported
    predictor = predictor_of(
        bundle, change=lambda params: params.data.pre_proc.processors.append(RefusingParams(drops=True))
    )
    east = next(sample for sample in points() if sample.inputs["point"][0] > 0)
    with predictor.raw() as predict, pytest.raises(SpecError, match="one valid sample of each that comes alone, got 0"):
        predict(east)


def test_a_processor_that_needs_the_stream_is_refused_by_name(exported):
    bundle, _ = exported
    predictor = predictor_of(
        bundle, change=lambda params: params.data.pre_proc.processors.append(RefusingParams(stream=True))
    )
    with pytest.raises(DefinitionError, match="can't go through NeedsStream, which needs the whole stream"):
        predictor.raw()


def test_no_thread_is_left_after_closing(exported):
    bundle, _ = exported
    before = threading.active_count()
    predict = Predictor.from_path(bundle.path, PredictorParams()).raw()
    predict(points()[0])
    predict.close()
    assert threading.active_count() == before


def test_a_batch_size_that_is_none_is_refused_before_anybody_waits(exported):
    bundle, _ = exported
    params = in_process()
    params.pipeline.batch_size = None
    with pytest.raises(DefinitionError, match="^batch_size must be an integer >= 1, got None"):
        predictor_of(bundle, params=params).raw()
