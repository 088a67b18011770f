"""An error that Python takes for the end of a loop never ends a prediction or an evaluation silently."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from predict_cases import POINTS, in_process, points
from tfaip.model import Evaluator, EvaluatorParams, load_scenario_params
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import params
from tfaip.pipeline import DataProcessorParams, MappingDataProcessor
from tfaip.pipeline.errors import ProcessorError
from tfaip.predict import (
    LAV,
    LAVCallback,
    LAVParams,
    MultiModelPredictor,
    MultiModelVoter,
    Predictor,
    PredictorParams,
    graph_prediction_function,
)
from tfaip.predict.computing.batches_ahead import map_ahead


def stop(*_):
    raise StopIteration(3)


class Interrupted(BaseException):
    """Neither an `Exception` nor one of Python's own."""


@params
class StoppingParams(DataProcessorParams):
    interrupts: bool = False

    def cls(self) -> Any:
        return Stopping


class Stopping(MappingDataProcessor[StoppingParams]):
    def apply(self, sample):
        if sample.meta["index"] == 5:
            raise (Interrupted if self.params.interrupts else StopIteration)(3)
        return sample


def predictor_of(exported, params: PredictorParams, *, pre=(), post=()) -> Predictor:
    bundle, graph = exported
    scenario_params = load_scenario_params(bundle.path)
    scenario_params.data.pre_proc.processors.extend(pre)
    scenario_params.data.post_proc.processors.extend(post)
    return Predictor(params, scenario_params, graph_prediction_function(graph, scenario_params.data.create()))


@pytest.mark.parametrize("ahead", [0, 2])
def test_a_function_ahead_does_not_end_the_results(ahead):
    results = map_ahead(lambda n: n if n < 2 else stop(), range(5), ahead=ahead)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ProcessorError, match=r"^in <lambda>: StopIteration: 3"):
        next(results)


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("places", [{"pre": [StoppingParams()]}, {"post": [StoppingParams()]}], ids=["pre", "post"])
def test_a_processor_does_not_end_a_prediction(exported, places, eagerly):
    predictor = predictor_of(exported, in_process(run_eagerly=eagerly), **places)
    for predict in (lambda: predictor.predict(POINTS), lambda: predictor.predict_raw(points())):
        with pytest.raises(ProcessorError, match=r"^in Stopping, sample 5 of epoch 0 .*: StopIteration\(3\)"):
            list(predict())


def test_raw_samples_do_not_end_where_their_source_fails(exported):
    def source():
        yield from points()[:4]
        stop()

    with pytest.raises(ProcessorError, match=r"^in RawSamples.generate\(\) after 4 samples: StopIteration\(3\)"):
        list(predictor_of(exported, in_process()).predict_raw(source()))


@pytest.mark.parametrize("interrupts", [False, True])
@pytest.mark.parametrize("place", ["pre", "post"])
def test_a_single_sample_fails_alone(exported, place, interrupts):
    predictor = predictor_of(exported, in_process(), **{place: [StoppingParams(interrupts=interrupts)]})
    with predictor.raw() as predict:
        results = []
        for sample in points()[3:8]:
            try:
                results.append(predict(sample).meta["index"])
            except ProcessorError as error:
                results.append(str(error))
    assert results[:2] + results[3:] == [3, 4, 6, 7]
    assert results[2].startswith("in Stopping, sample 2 of epoch 0 (meta {'index': 5}): ")


@pytest.mark.parametrize("place", ["pre", "post"])
def test_ctrl_c_ends_no_single_sample_but_the_call(exported, place, monkeypatch):
    monkeypatch.setattr(f"{__name__}.Interrupted", KeyboardInterrupt)
    predictor = predictor_of(exported, in_process(), **{place: [StoppingParams(interrupts=True)]})
    with predictor.raw() as predict, ThreadPoolExecutor(1) as pool:
        with pytest.raises(KeyboardInterrupt):
            predict(points()[5])
        assert predict(points()[6]).meta["index"] == 6
        # Ctrl-C comes to the main thread alone: elsewhere it is an error of the user's code.
        with pytest.raises(ProcessorError, match="KeyboardInterrupt"):
            pool.submit(predict, points()[5]).result()
        assert pool.submit(predict, points()[6]).result().meta["index"] == 6


class StoppingVoter(MultiModelVoter):
    def vote(self, sample):
        return stop() if sample.meta["index"] == 5 else sample.new_outputs(sample.outputs[0])


def test_a_voter_does_not_end_a_prediction(exported):
    bundle, _ = exported
    predictor = MultiModelPredictor.from_paths([bundle.path] * 2, in_process(), voter=StoppingVoter())
    with pytest.raises(ProcessorError, match=r"^in StoppingVoter.vote, sample 5 of epoch 0 .*: StopIteration: 3"):
        list(predictor.predict(POINTS))
    with predictor.raw() as predict, pytest.raises(ProcessorError, match=r"^in StoppingVoter.vote, sample 0 of "):
        list(map(predict, points()[5:]))


class StoppingEvaluator(Evaluator[EvaluatorParams]):
    fails = "update_state"

    def update_state(self, sample):
        return stop() if self.fails == "update_state" and sample.meta["index"] == 5 else None

    def result(self):
        return stop() if self.fails == "result" else {}


class StoppingCallback(LAVCallback):
    def on_sample_end(self, sample):
        stop()


@pytest.mark.parametrize(
    ("fails", "callbacks", "message"),
    [
        ("update_state", (), r"^in StoppingEvaluator.update_state, sample 5 of epoch 0 .*: StopIteration: 3"),
        ("result", (), r"^in StoppingEvaluator.result: StopIteration: 3"),
        ("", (StoppingCallback(),), r"^in StoppingCallback.on_sample_end, sample 0 of epoch 0 .*: StopIteration: 3"),
    ],
)
def test_an_evaluation_does_not_end_silently(exported, monkeypatch, fails, callbacks, message):
    _, graph = exported
    scenario = PointsScenario(PointsScenario.default_params())
    monkeypatch.setattr(StoppingEvaluator, "fails", fails)
    monkeypatch.setattr(scenario, "create_evaluator", StoppingEvaluator)
    lav_params = LAVParams(silent=True)
    lav_params.pipeline.num_processes = 0
    lav = LAV(lav_params, scenario, graph_prediction_function(graph, scenario.data), callbacks=callbacks)
    with pytest.raises(ProcessorError, match=message):
        list(lav.run([POINTS]))


def test_a_stored_prediction_is_not_evaluated_in_part(monkeypatch):
    from tfaip.predict import evaluation

    monkeypatch.setattr(evaluation, "DumpReader", lambda folder: points())
    with pytest.raises(ProcessorError, match=r"^in StoppingEvaluator.update_state"):
        evaluation.evaluate_dump(StoppingEvaluator(EvaluatorParams()), "dump")
