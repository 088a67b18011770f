import os
import pickle
import warnings

import pytest

from predict_cases import POINTS, in_process, points
from tfaip.predict import (
    LAV,
    LAVParams,
    MajorityVoterParams,
    MultiLAV,
    MultiLAVParams,
    MultiModelPredictor,
    MultiModelPredictorParams,
    Predictor,
)
from tfaip.predict.computing.batches_ahead import map_ahead
from tfaip.predict.service.micro_batches import MicroBatcher


def predictions(predictor):
    return [sample.outputs["pred"].tolist() for sample in predictor.predict(POINTS)]


def lav_results(lav):
    return [dict(result.metrics) for result in lav.run([POINTS])]


def voting(params):
    params.pipeline.num_processes = 0
    params.voter = MajorityVoterParams() if isinstance(params, MultiModelPredictorParams) else params.voter
    return params


def lav_params(cls):
    params = cls()
    params.pipeline.num_processes = 0
    return params


@pytest.fixture
def paths(three_exported):
    return [bundle.path for bundle, _ in three_exported]


def test_a_predictor_pickles_by_its_path_whatever_the_current_folder(paths, tmp_path, monkeypatch):
    monkeypatch.chdir(paths[0].parent)
    predictor = Predictor.from_path(paths[0].name, in_process(include_meta=False), trust=iter(["numpy"]))
    pickled = pickle.dumps(predictor)
    assert len(pickled) < 4000  # no weights
    monkeypatch.chdir(tmp_path)
    again = pickle.loads(pickled)
    assert again.params == predictor.params
    assert predictions(again) == predictions(predictor)
    assert pickle.dumps(again) == pickled


def test_predictors_of_several_models_and_validations_pickle(paths):
    together = MultiModelPredictor.from_paths(paths, voting(MultiModelPredictorParams()))
    again = pickle.loads(pickle.dumps(together))
    assert type(again.voter) is type(together.voter)
    assert [sample.outputs["class"] for sample in again.predict(POINTS)] == [
        sample.outputs["class"] for sample in together.predict(POINTS)
    ]
    for lav in (LAV.from_path(paths[0], lav_params(LAVParams)), MultiLAV.from_paths(paths, lav_params(MultiLAVParams))):
        assert lav_results(pickle.loads(pickle.dumps(lav))) == lav_results(lav)


def test_what_holds_a_model_in_memory_does_not_pickle(paths):
    predictor = Predictor.from_path(paths[0], in_process())
    with predictor.raw() as predict, pytest.raises(pickle.PicklingError, match="pickle the predictor instead"):
        pickle.dumps(predict)
    predictor.set_model(lambda inputs: inputs)
    with pytest.raises(pickle.PicklingError, match=r"a Predictor must come from `from_path`"):
        pickle.dumps(predictor)


def told_in_fork(*calls):
    """What a forked process is told by each call."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, of which the child uses none
        pid = os.fork()
    if not pid:
        told = []
        for call in calls:
            try:
                call()
                told.append("nothing")
            except BaseException as error:
                told.append(f"{type(error).__name__}: {error}")
        os.write(writing, "\n".join(told).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as file:
        return file.read().split("\n")


def test_a_predictor_in_a_forked_process_says_what_to_do(paths):
    predictor = Predictor.from_path(paths[0], in_process())
    lav = LAV.from_path(paths[0], lav_params(LAVParams))
    expected = predictions(predictor)
    with predictor.raw() as predict:
        told = told_in_fork(
            lambda: predictor.predict(POINTS),
            lambda: list(predictor.predict_raw(points())),
            lambda: list(predictor.predict_dataset(None)),
            predictor.raw,
            lambda: predict(points()[0]),
            lambda: next(lav.run([POINTS])),
        )
    assert len(told) == 6
    for text in told:
        assert text.startswith("PredictionError: a ")
        assert f"{os.getpid()}, but this is " in text
        assert "Start processes by multiprocessing.get_context('spawn'), and send them the predictor" in text
    assert predictions(predictor) == expected


def test_what_waits_for_a_thread_of_another_process_ends():
    begun = map_ahead(lambda number: number, range(9))
    next(begun)
    with MicroBatcher(lambda items: items, most=4) as serve:
        told = told_in_fork(lambda: next(begun), lambda: serve(1))
        assert serve(1) == 1
    assert all(text.startswith("PredictionError: a ") for text in told)
    assert list(begun) == list(range(1, 9))
