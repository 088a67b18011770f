"""Load and validate in parts: the results of all parts are those of one validation."""

import itertools
import json
import shutil

import keras
import numpy as np
import pytest
from conftest import IN_PROCESS

from lines_scenario import Counting, CountingParams
from predict_cases import DroppingParams
from tfaip.model import Evaluator, EvaluatorParams, MetricDefinition
from tfaip.model.evaluator import has_parts
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.predict import LAV, DumpReader, LAVParams, MultiLAV, MultiLAVParams
from tfaip.predict.dump import writer as writer_module
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav import part_run
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.measures import Measures

GENERATORS = [PointsGeneratorParams(count=37), PointsGeneratorParams(count=5, seed=9)]


class StoppedError(Exception):
    pass


class StopsAfter(LAVCallback):
    def __init__(self, samples):
        self.left = samples

    def on_sample_end(self, sample):
        self.left -= 1
        if not self.left:
            raise StoppedError


def in_process(params):
    params.pipeline.num_processes, params.pipeline.batch_size = 0, 3
    return params


@pytest.fixture
def marks_often(monkeypatch):
    monkeypatch.setattr(part_run, "_MARK_SECONDS", 0)
    monkeypatch.setattr(writer_module, "_CHUNK_SAMPLES", 4)


def validated_in_parts(make, folder, of, stop_after):
    """Validate all parts, each by an object of its own, as by a process; each is stopped once."""
    results = []
    for number in range(of):
        if stop_after:
            with pytest.raises(StoppedError):
                make().run_part(GENERATORS, Part(number, of), folder, callbacks=[StopsAfter(stop_after)])
        assert results == []
        results = make().run_part(GENERATORS, Part(number, of), folder)
    return results


def assert_same_results(parts, whole):
    assert [result.name for result in parts] == [result.name for result in whole]
    for one, other in zip(parts, whole, strict=True):
        assert (one.samples, one.skipped, one.evaluator) == (other.samples, other.skipped, other.evaluator)
        assert one.metrics.keys() == other.metrics.keys()
        for name in one.metrics:
            assert one.metrics[name] == pytest.approx(other.metrics[name], rel=1e-6), name


@pytest.mark.parametrize("stop_after", [None, 1, 8])
def test_the_results_of_parts_are_those_of_one_validation(exported, tmp_path, marks_often, stop_after):
    def make():
        return LAV.from_path(exported[0].path, in_process(LAVParams()))

    whole = list(make().run(GENERATORS))
    assert_same_results(validated_in_parts(make, tmp_path, 3, stop_after), whole)
    assert [sample.meta["index"] for sample in DumpReader(tmp_path / "l0")] == list(range(37))
    # A part that is complete is skipped, and the results are there again.
    assert_same_results(make().run_part(GENERATORS, Part(1, 3), tmp_path), whole)


def test_more_parts_than_samples_are_merged(exported, tmp_path):
    def make():
        return LAV.from_path(exported[0].path, in_process(LAVParams()))

    generators = [PointsGeneratorParams(count=2)]
    whole = list(make().run(generators))
    for number in range(4):
        results = make().run_part(generators, Part(number, 4), tmp_path)
    assert_same_results(results, whole)


def test_a_vote_is_validated_in_parts(three_exported, tmp_path, marks_often):
    def make():
        return MultiLAV.from_paths([bundle.path for bundle, _ in three_exported], in_process(MultiLAVParams()))

    assert_same_results(validated_in_parts(make, tmp_path, 2, 8), list(make().run(GENERATORS)))


def test_samples_that_are_dropped_are_counted_once(exported, tmp_path, marks_often):
    def make():
        lav = LAV.from_path(exported[0].path, in_process(LAVParams()))
        lav.scenario.data.params.pre_proc.processors.insert(0, DroppingParams(every=3))
        return lav

    whole = list(make().run(GENERATORS))
    assert whole[0].skipped == 13
    assert_same_results(validated_in_parts(make, tmp_path, 2, None), whole)


def test_metrics_of_keras_are_merged(exported, tmp_path):
    def make():
        lav = LAV.from_path(exported[0].path, in_process(LAVParams()))
        lav.model._metric = lambda: {
            "rmse": MetricDefinition("direction", "class", rmse),
            "iou": MetricDefinition("direction", "class", iou),
        }
        rmse, iou = keras.metrics.RootMeanSquaredError(), keras.metrics.MeanIoU(3)
        return lav

    whole = list(make().run(GENERATORS))
    assert {"rmse", "iou"} <= whole[0].metrics.keys()
    for number in range(3):
        results = make().run_part(GENERATORS, Part(number, 3), tmp_path)
    assert_same_results(results, whole)


def test_a_metric_that_is_no_sum_is_refused(exported, tmp_path):
    class Last(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="last")
            self.last = self.add_variable((), "zeros", aggregation="mean", name="last")

        def update_state(self, true, predicted, sample_weight=None):
            self.last.assign(1.0)

        def result(self):
            return self.last.value

    lav = LAV.from_path(exported[0].path, in_process(LAVParams()))
    lav.model._metric = lambda: {"last": MetricDefinition("direction", "class", Last())}
    with pytest.raises(PredictionError, match="metrics of parts must be sums or counts, which .*last is not: its `agg"):
        lav.run_part(GENERATORS, Part(0, 2), tmp_path)


def test_sums_of_other_metrics_are_refused(exported):
    lav = LAV.from_path(exported[0].path, in_process(LAVParams()))
    list(lav.run(GENERATORS))
    assert isinstance(lav._measures, Measures)
    with pytest.raises(PredictionError, match="the stored sums must be those of today's losses and metrics, they are"):
        lav._measures.restore([[np.zeros(3)]])


class WithoutParts(Counting):
    def update_state(self, sample):
        super().update_state(sample)
        self.more = 1


class AnotherResult(Counting):
    def result(self):
        return {"twice": 2 * self.count}


class OnlyState(Evaluator[EvaluatorParams]):
    def state(self):
        return 1


@pytest.mark.parametrize(
    ("cls", "params", "expected"),
    [
        (Evaluator, EvaluatorParams, True), (Counting, CountingParams, True), (WithoutParts, CountingParams, False),
        (AnotherResult, CountingParams, True), (OnlyState, EvaluatorParams, True),
    ],
)  # fmt: skip
def test_an_evaluator_has_parts_where_its_state_knows_its_counts(cls, params, expected):
    assert has_parts(cls(params())) is expected


def test_an_evaluator_without_parts_is_refused_with_the_way_that_works(run, lines_bundle, lists, tmp_path, monkeypatch):
    monkeypatch.delattr(Counting, "merge")
    words = ["--export_dir", lines_bundle, "--data.lists", *lists, *IN_PROCESS, "--dump", tmp_path / "d"]
    code, out, err = run("tfaip-lav", *words, "--shard", "3/16")
    assert (code, out) == (2, "")
    assert "Counting has no `state` and `merge` for its `update_state`" in err
    assert "tfaip-predict --shard 3/16 --dump FOLDER --predict.include_targets" in err
    assert "tfaip-evaluate --prediction FOLDER" in err
    assert not (tmp_path / "d").exists()


def test_the_last_part_writes_the_results_of_all(run, lines_bundle, lists, tmp_path):
    words = ["--export_dir", lines_bundle, "--data.lists", *lists, *IN_PROCESS]
    code, _, err = run("tfaip-lav", *words, "--json", tmp_path / "whole.json")
    assert code == 0, err
    for number, last in zip((1, 0), (False, True), strict=True):
        given = ["--dump", tmp_path / "d", "--shard", f"{number}/2", "--json", tmp_path / "parts.json"]
        code, out, err = run("tfaip-lav", *words, *given)
        assert code == 0, err
        assert (tmp_path / "parts.json").exists() is last
        assert ("1 of 2 parts are complete; the last one gives the results" in err) is not last
        assert ("Load and validate" in out) is last
    whole, parts = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("whole", "parts"))
    for one, other in itertools.zip_longest(parts["data_sets"], whole["data_sets"]):
        assert one.pop("metrics") == pytest.approx(other.pop("metrics"))
        assert one == other
    code, _, err = run("tfaip-evaluate", "--prediction", tmp_path / "d/l0", "--export_dir", lines_bundle)
    assert code == 0, err
    shutil.rmtree(tmp_path / "d/l1/part-0-of-2")
    code, out, _ = run("tfaip-lav", *words, "--dump", tmp_path / "d", "--shard", "1/2")
    assert (code, out) == (0, "")
