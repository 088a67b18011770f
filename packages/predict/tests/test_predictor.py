import os
import shutil
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
import tensorflow as tf

from predict_cases import POINTS, RefusingParams, in_process, points
from tfaip.model import BundleError, export_bundle, load_prediction_function, load_scenario_params
from tfaip.model.testing.points.data import DIRECTIONS
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict import PredictionError, Predictor, PredictorParams, progress


def test_samples_come_in_order_with_what_the_graph_computes(exported):
    bundle, graph = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    expected = graph.build_prediction_graph({"point": np.stack([sample.inputs["point"] for sample in points()])})
    predicted = list(predictor.predict(POINTS))
    assert [sample.meta["index"] for sample in predicted] == list(range(37))
    for name, values in expected.items():
        np.testing.assert_allclose([sample.outputs[name] for sample in predicted], values, atol=1e-6)


def test_raw_samples_are_predicted_as_those_of_a_generator(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    generated, raw = list(predictor.predict(POINTS)), list(predictor.predict_raw(points()))
    assert len(raw) == 37
    for one, other in zip(generated, raw, strict=True):
        np.testing.assert_array_equal(one.outputs["pred"], other.outputs["pred"])


def test_outputs_went_through_the_post_processing(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    for sample in predictor.predict_raw(points()):
        assert sample.outputs["name"] == DIRECTIONS[int(sample.outputs["class"])]


def test_prediction_is_lazy_and_takes_endless_samples(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())

    def endless():
        while True:
            yield from points()

    predicted = predictor.predict_raw(endless())
    assert [next(predicted).meta["index"] for _ in range(50)] == [*range(37), *range(13)]
    predicted.close()


def test_targets_come_along_where_they_are_asked_for(exported):
    bundle, _ = exported
    with_targets = PointsScenario.create_predictor(bundle.path, in_process(include_targets=True))
    without = PointsScenario.create_predictor(bundle.path, in_process())
    for sample, truth in zip(with_targets.predict(POINTS), points(), strict=True):
        assert sample.targets["direction"] == truth.targets["direction"]
    assert next(without.predict(POINTS)).targets is None


def test_neither_batch_size_nor_processes_change_a_prediction(exported):
    bundle, _ = exported
    one = in_process()
    one.pipeline.batch_size = 1
    parallel = PredictorParams()
    parallel.pipeline.num_processes = 2
    outputs = [
        [sample.outputs["logits"] for sample in PointsScenario.create_predictor(bundle.path, params).predict(POINTS)]
        for params in (one, parallel)
    ]
    np.testing.assert_allclose(outputs[0], outputs[1], atol=1e-6)


@pytest.mark.takes_long
def test_a_moved_read_only_bundle_predicts_in_a_process_that_has_neither_model_nor_trainer(exported, tmp_path):
    bundle, graph = exported
    moved = tmp_path / "moved"
    shutil.copytree(bundle.path, moved)
    for path in (moved, *moved.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = """
        import sys
        for name in ("testing.points.model", "model_metrics", "runtime.graph_run"):
            sys.modules[f"tfaip.model.{name}"] = None
        sys.modules["tfaip.trainer"] = sys.modules["keras"] = None
        import numpy as np
        from tfaip.pipeline import Sample
        from tfaip.predict import PredictionError, Predictor, PredictorParams, progress
        params = PredictorParams()
        params.pipeline.num_processes = 0
        predictor = Predictor.from_path(sys.argv[1], params)
        (sample,) = predictor.predict_raw([Sample(inputs={"point": np.array([0.3, -0.8], np.float32)})])
        print(*sample.outputs["logits"].tolist(), sample.outputs["name"])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(moved)], capture_output=True, text=True, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    *logits, name = done.stdout.split()
    expected = graph.build_prediction_graph({"point": np.array([[0.3, -0.8]], np.float32)})
    np.testing.assert_allclose([float(logit) for logit in logits], expected["logits"][0], atol=1e-6)
    assert name == DIRECTIONS[int(expected["class"][0])]


def test_a_bundle_brings_the_resources_of_its_processors_along(tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("Nord\nSuedost\nSuedwest\n")
    params = PointsScenario.tagged(PointsScenario.default_params())
    params.data.post_proc.processors[0].names = str(names)
    scenario = PointsScenario(params)
    model = scenario.create_model()
    export_bundle(tmp_path / "best", scenario, model, model.build_graph(scenario.data))
    assert scenario.params.data.post_proc.processors[0].names == str(names)
    names.unlink()
    shutil.move(tmp_path / "best", tmp_path / "moved")
    predictor = PointsScenario.create_predictor(tmp_path / "moved", in_process())
    predicted = {sample.outputs["name"] for sample in predictor.predict(POINTS)}
    assert predicted <= {"Nord", "Suedost", "Suedwest"}
    assert predicted


def test_a_path_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match="is no bundle, it has no scenario_params.json"):
        Predictor.from_path(tmp_path, PredictorParams())


def test_eager_and_compiled_predictions_are_the_same(exported):
    bundle, _ = exported
    compiled, eager = (
        list(PointsScenario.create_predictor(bundle.path, in_process(run_eagerly=eagerly)).predict(POINTS))
        for eagerly in (False, True)
    )
    for one, other in zip(compiled, eager, strict=True):
        np.testing.assert_allclose(one.outputs["logits"], other.outputs["logits"], atol=1e-6)


def test_meta_comes_along_unless_it_is_not_wanted(exported):
    bundle, _ = exported
    without = PointsScenario.create_predictor(bundle.path, in_process(include_meta=False))
    assert [sample.meta for sample in without.predict_raw(points()[:2])] == [{}, {}]
    with without.raw() as predict:
        assert predict(points()[0]).meta == {}


def test_another_model_can_be_set(three_exported):
    (first, _), (second, _), _ = three_exported
    predictor, other = (PointsScenario.create_predictor(bundle.path, in_process()) for bundle in (first, second))
    predictor.set_model(load_prediction_function(second.path))
    for one, sample in zip(predictor.predict(POINTS), other.predict(POINTS), strict=True):
        np.testing.assert_array_equal(one.outputs["logits"], sample.outputs["logits"])


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("with_targets", [False, True])
def test_a_dataset_is_predicted_without_pre_processing(exported, batched, with_targets):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process(include_targets=with_targets))
    inputs = {"point": np.stack([sample.inputs["point"] for sample in points()])}
    targets = {"direction": np.stack([sample.targets["direction"] for sample in points()])}
    dataset = tf.data.Dataset.from_tensor_slices((inputs, targets) if with_targets else inputs)
    predicted = list(predictor.predict_dataset(dataset.batch(10) if batched else dataset))
    for one, other in zip(predicted, predictor.predict(POINTS), strict=True):
        np.testing.assert_allclose(one.outputs["logits"], other.outputs["logits"], atol=1e-6)
        assert one.outputs["name"] == other.outputs["name"]
        assert (one.targets or {}).get("direction") == (other.targets or {}).get("direction")


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (np.zeros((3, 2), np.float32), "must hold dicts of inputs or tuples"),
        ({"pixel": np.zeros((3, 2), np.float32)}, r"must hold the inputs \['point'\], it lacks \['point'\]"),
        ({"point": np.zeros((3, 4, 5, 2), np.float32)}, r"must be point: float32\[2\], with or without a batch axis"),
    ],
)
def test_a_dataset_of_something_else_is_refused(exported, elements, message):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    with pytest.raises(PredictionError, match=message):
        list(predictor.predict_dataset(tf.data.Dataset.from_tensor_slices(elements)))


def test_counters_tell_what_was_done(exported):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    list(predictor.predict(POINTS))
    counters = predictor.counters
    assert (counters.samples, counters.skipped, counters.batches, counters.first_samples) == (37, 0, 3, 16)
    assert 0 < counters.first_seconds < counters.seconds
    assert counters.samples_per_second > 0
    list(predictor.predict_raw(points()[:3]))
    assert predictor.counters.samples == 3


@pytest.mark.parametrize("place", ["pre_proc", "post_proc"])
@pytest.mark.parametrize("processes", [0, 2])
def test_bad_samples_are_skipped_and_counted_or_named(exported, place, processes):
    bundle, _ = exported
    scenario_params = load_scenario_params(bundle.path)
    getattr(scenario_params.data, place).processors.append(RefusingParams())
    params = PredictorParams()
    params.pipeline.num_processes = processes
    function = load_prediction_function(bundle.path)
    west = [sample.meta["index"] for sample in points() if sample.inputs["point"][0] <= 0]
    with pytest.raises(ValueError, match="lies in the east") as raised:
        list(Predictor(params, scenario_params, function).predict(POINTS))
    first = next(index for index in range(37) if index not in west)
    assert f"in Refusing, sample {first} of epoch 0 (meta {{'index': {first}}})" in raised.value.__notes__
    params.pipeline.on_bad_sample = "skip"
    predictor = Predictor(params, scenario_params, function)
    assert [sample.meta["index"] for sample in predictor.predict(POINTS)] == west
    assert (predictor.counters.samples, predictor.counters.skipped) == (len(west), 37 - len(west))


def test_the_model_runs_while_its_results_are_post_processed(exported):
    bundle, _ = exported
    ran, consumed = [], []
    function = load_prediction_function(bundle.path)

    def noted(inputs):
        ran.append(threading.current_thread())
        return function(inputs)

    predictor = Predictor(in_process(), load_scenario_params(bundle.path), noted)
    for sample in predictor.predict(POINTS):
        consumed.append(sample)
    assert len(ran) == 3
    assert threading.current_thread() not in ran


def test_progress_is_shown_on_a_terminal_and_nowhere_else(exported, monkeypatch, capsys):
    bundle, _ = exported
    predictor = PointsScenario.create_predictor(bundle.path, in_process())
    list(predictor.predict(POINTS))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN", 0)
    for silent in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        predictor.params.silent = silent
        assert len(list(predictor.predict(POINTS))) == 37
        assert ("Predicting" in capsys.readouterr().err) is not silent
