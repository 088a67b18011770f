import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from predict_cases import POINTS, DroppingParams, in_process, points
from tfaip.model import load_prediction_function, load_scenario_params
from tfaip.model.testing.points.data import DIRECTIONS
from tfaip.model.testing.points.params import JitterParams, PointsDataParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import UserError, params, save
from tfaip.pipeline import ComposedProcessorPipelineParams, PipelineMode, Sample
from tfaip.pipeline.data.resources import resource
from tfaip.predict import (
    LAV,
    LAVParams,
    MajorityVoterParams,
    MultiLAV,
    MultiLAVParams,
    MultiModelPredictor,
    MultiModelPredictorParams,
    MultiModelVoter,
    PredictionError,
    PredictorParams,
)
from tfaip.predict.predictor_base import LoadedModel
from tfaip.predict.voting.same_pre_processing import require_same_pre_processing


def paths_of(exported):
    return [bundle.path for bundle, _ in exported]


def voting(**changes) -> MultiModelPredictorParams:
    params = MultiModelPredictorParams(**changes)
    params.pipeline.num_processes = 0
    return params


def changed(bundle, folder, change):
    """A copy of a bundle with other parameters."""
    shutil.copytree(bundle.path, folder)
    params = load_scenario_params(bundle.path)
    params.data.resource_base_path = None
    change(params.data)
    save(params, folder / "scenario_params.json")
    return folder


def test_the_vote_is_made_of_what_each_model_says_of_the_same_sample(three_exported):
    predictor = MultiModelPredictor.from_paths(paths_of(three_exported), voting())
    point = np.stack([sample.inputs["point"] for sample in points()])
    mean = np.mean([graph.build_prediction_graph({"point": point})["pred"] for _, graph in three_exported], axis=0)
    voted = list(predictor.predict(POINTS))
    assert [sample.meta["index"] for sample in voted] == list(range(37))
    np.testing.assert_allclose([sample.outputs["pred"] for sample in voted], mean, atol=1e-6)
    assert [sample.outputs["class"] for sample in voted] == mean.argmax(-1).tolist()


def test_single_samples_are_voted_on_as_data_sets_are(three_exported):
    predictor = MultiModelPredictor.from_paths(paths_of(three_exported), voting(voter=MajorityVoterParams()))
    with predictor.raw() as predict:
        for sample, among in zip(points(), predictor.predict(POINTS), strict=True):
            alone = predict(sample)
            np.testing.assert_allclose(alone.outputs["pred"], among.outputs["pred"], atol=1e-6)
            assert alone.outputs["name"] == among.outputs["name"]


def test_a_voter_of_ones_own_is_one_method(three_exported):
    class Last(MultiModelVoter):
        def vote(self, sample):
            return sample.new_outputs(sample.outputs[-1])

    predictor = MultiModelPredictor.from_paths(paths_of(three_exported), in_process(), voter=Last())
    alone = PointsScenario.create_predictor(three_exported[-1][0].path, in_process())
    for one, other in zip(predictor.predict(POINTS), alone.predict(POINTS), strict=True):
        np.testing.assert_allclose(one.outputs["logits"], other.outputs["logits"], atol=1e-6)


@pytest.mark.parametrize("hook", ["vote", "finalize_sample"])
def test_a_voter_that_returns_no_sample_is_named(hook):
    class Forgets(MultiModelVoter):
        def vote(self, sample):
            return sample

    setattr(Forgets, hook, lambda self, sample: None)
    with pytest.raises(UserError, match=rf"Forgets\.{hook} must return a Sample, got None"):
        MultiModelPredictor._join(SimpleNamespace(voter=Forgets()), [Sample(inputs={}, outputs={})])


def test_the_voter_sees_each_models_own_post_processing_and_finalizes_once(three_exported, tmp_path):
    second = changed(
        three_exported[1][0], tmp_path / "b", lambda data: setattr(data.post_proc.processors[0], "names", "names.txt")
    )
    (second / "names.txt").write_text("Nord\nSuedost\nSuedwest\n")

    class Names(MultiModelVoter):
        def vote(self, sample):
            return sample.new_outputs({"names": [outputs["name"] for outputs in sample.outputs]})

        def finalize_sample(self, sample):
            return sample.new_outputs({"text": "/".join(sample.outputs["names"])})

    predictor = MultiModelPredictor.from_paths([three_exported[0][0].path, second], in_process(), voter=Names())
    for sample in predictor.predict(POINTS):
        first, other = sample.outputs["text"].split("/")
        assert first in DIRECTIONS
        assert other in ("Nord", "Suedost", "Suedwest")


def test_a_voter_knows_the_models_by_their_bundles(three_exported):
    class Weighing(MultiModelVoter):
        def vote(self, sample):
            paths = [model.path for model in self.loaded_models]
            names = [type(model.scenario_params.model).__name__ for model in self.loaded_models]
            return sample.new_outputs({"paths": paths, "names": names, "data": self.loaded_models[0].data})

    predictor = MultiModelPredictor.from_paths(paths_of(three_exported), in_process(), voter=Weighing())
    voted = next(predictor.predict(POINTS)).outputs
    assert voted["paths"] == [bundle.path for bundle, _ in three_exported]
    assert voted["names"] == ["PointsModelParams"] * 3
    assert voted["data"] is predictor.data


def test_models_run_once_a_batch_on_the_same_inputs(three_exported):
    calls = []

    def model(number, path):
        function = load_prediction_function(path)

        def noted(inputs):
            calls.append((number, id(inputs), inputs["point"].shape[0]))
            return function(inputs)

        return LoadedModel(load_scenario_params(path).data.create(), noted)

    models = [model(number, path) for number, path in enumerate(paths_of(three_exported))]
    assert len(list(MultiModelPredictor(voting(), models).predict(POINTS))) == 37
    assert [(number, size) for number, _, size in calls] == [(n, size) for size in (16, 16, 5) for n in range(3)]
    assert all(calls[start][1] == calls[start + 2][1] for start in (0, 3, 6))


def test_what_one_post_processing_drops_is_left_out_for_all(three_exported):
    paths = paths_of(three_exported)
    models = []
    for number, path in enumerate(paths):
        params = load_scenario_params(path)
        params.data.post_proc.processors.append(DroppingParams(every=number + 3))
        models.append(LoadedModel(params.data.create(), load_prediction_function(path)))
    predictor = MultiModelPredictor(voting(), models)
    kept = [index for index in range(37) if index % 3 and index % 4 and index % 5]
    assert [sample.meta["index"] for sample in predictor.predict(POINTS)] == kept
    assert (predictor.counters.samples, predictor.counters.skipped) == (len(kept), 37 - len(kept))


def jittered(bundle, folder, scale, *modes):
    """A copy of a bundle whose points are moved by so much in these modes, beside the training."""
    jitter = JitterParams(scale=scale, modes={PipelineMode.TRAINING, *modes})
    return changed(bundle, folder, lambda data: setattr(data.pre_proc, "processors", [jitter]))


def test_bundles_of_different_pre_processing_are_refused_with_all_differences(three_exported, tmp_path):
    (bundle, _), *_ = three_exported
    one = jittered(bundle, tmp_path / "one", 0.05, PipelineMode.PREDICTION)
    other = jittered(bundle, tmp_path / "other", 0.5, PipelineMode.PREDICTION, PipelineMode.EVALUATION)
    with pytest.raises(PredictionError) as raised:
        MultiModelPredictor.from_paths([one, other], voting())
    assert str(raised.value) == (
        f"bundles that vote must have the same pre-processing, but {one} and {other} differ:\n"
        "  $.data.pre_proc.processors[0].scale: 0.05 against 0.5"
    )


def test_a_processor_more_is_a_difference_in_its_modes_only(three_exported, tmp_path):
    (first, _), (second, _), _ = three_exported
    paths = [first.path, jittered(second, tmp_path / "other", 0.5, PipelineMode.EVALUATION)]
    with pytest.raises(PredictionError, match=r"\$.data.pre_proc.processors: \[\] against \[tfaip.*:JitterParams\]"):
        MultiModelPredictor.from_paths(paths, voting(include_targets=True))
    MultiModelPredictor.from_paths(paths, voting())


def test_where_processors_run_and_what_does_not_run_is_no_difference(three_exported, tmp_path):
    (first, _), (second, _), _ = three_exported

    def run_elsewhere(data):
        data.pre_proc.run_parallel = not data.pre_proc.run_parallel
        data.pre_proc.processors[0].scale = 7.0
        data.pre_proc = ComposedProcessorPipelineParams(pipelines=[data.pre_proc])

    paths = [first.path, changed(second, tmp_path / "other", run_elsewhere)]
    assert len(list(MultiModelPredictor.from_paths(paths, voting()).predict(POINTS))) == 37


@params
class WordsParams(PointsDataParams):
    vocabulary: str = resource(help="Words")
    lowercase: bool = False


@pytest.mark.parametrize(
    ("words", "lowercase", "told"),
    [("ab", False, []), ("abc", False, ["vocabulary: 'content "]), ("ab", True, ["lowercase: False against True"])],
)
def test_parameters_that_a_processor_may_read_are_told_where_they_differ(tmp_path, caplog, words, lowercase, told):
    paths = [tmp_path / "one", tmp_path / "other"]
    datas = [WordsParams(vocabulary="words"), WordsParams(vocabulary="words", lowercase=lowercase)]
    for path, data, content in zip(paths, datas, ["ab", words], strict=True):
        path.mkdir()
        (path / "words").write_text(content)
        data.resource_base_path = str(path)
    require_same_pre_processing(paths, [SimpleNamespace(data=data) for data in datas], PipelineMode.PREDICTION)
    assert [record.getMessage().split("\n  $.data.")[1][: len(told[0])] for record in caplog.records] == told


def test_a_vote_without_voter_or_bundles_is_refused(three_exported):
    with pytest.raises(PredictionError, match="a vote must have a voter: give one, or MultiModelPredictorParams"):
        MultiModelPredictor.from_paths(paths_of(three_exported), PredictorParams())
    with pytest.raises(PredictionError, match="a vote must have at least one bundle"):
        MultiModelPredictor.from_paths([], voting())


def multi_lav_params(batch_size=16, processes=0) -> MultiLAVParams:
    params = MultiLAVParams()
    params.pipeline.batch_size = batch_size
    params.pipeline.num_processes = processes
    return params


def test_the_vote_is_validated_whatever_the_batch_size_and_processes(three_exported):
    results = [
        next(MultiLAV.from_paths(paths_of(three_exported), multi_lav_params(batch_size, processes)).run([POINTS]))
        for batch_size, processes in [(1, 0), (16, 0), (64, 2)]
    ]
    voted = MultiModelPredictor.from_paths(paths_of(three_exported), voting(include_targets=True)).predict(POINTS)
    right = [sample.outputs["class"] == sample.targets["direction"][0] for sample in voted]
    for result in results:
        assert (result.samples, result.skipped) == (37, 0)
        assert result.metrics["acc"] == pytest.approx(np.mean(right), abs=1e-6)
        assert result.metrics == pytest.approx(results[0].metrics, abs=1e-5)


def test_the_vote_of_one_is_validated_as_the_one(exported):
    bundle, _ = exported
    alone = LAVParams()
    alone.pipeline.num_processes = 0
    (one,) = LAV.from_path(bundle.path, alone).run([POINTS])
    (vote,) = MultiLAV.from_paths([bundle.path], multi_lav_params()).run([POINTS])
    assert vote.metrics == pytest.approx(one.metrics, abs=1e-6)


def test_what_voted_outputs_do_not_hold_is_left_out_of_the_validation(three_exported):
    class ClassOnly(MultiModelVoter):
        def vote(self, sample):
            return sample.new_outputs({"class": sample.outputs[0]["class"], "name": "text"})

    lav = MultiLAV.from_paths(paths_of(three_exported), multi_lav_params(), voter=ClassOnly())
    (result,) = lav.run([POINTS])
    assert result.metrics == {}
    assert result.not_computed["acc"] == "it needs the output 'pred', and the prediction has only class"
