import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tfaip.model import BundleError
from tfaip.model.bundle.export import export_bundle
from tfaip.model.testing.points.data import DIRECTIONS, PointsGenerator
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode, Sample
from tfaip.predict import Predictor, PredictorParams

POINTS = PointsGeneratorParams(count=37, seed=3)


def points() -> list[Sample]:
    generator = PointsGenerator(PipelineMode.PREDICTION, POINTS)
    return [generator[index] for index in range(len(generator))]


def in_process(**changes) -> PredictorParams:
    params = PredictorParams(**changes)
    params.pipeline.num_processes = 0
    return params


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


def test_a_moved_read_only_bundle_predicts_in_a_process_that_has_neither_model_nor_trainer(exported, tmp_path):
    bundle, graph = exported
    moved = tmp_path / "moved"
    shutil.copytree(bundle.path, moved)
    for path in (moved, *moved.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = """
        import sys
        for name in ("testing.points.model", "graph", "model", "model_metrics"):
            sys.modules[f"tfaip.model.{name}"] = None
        sys.modules["tfaip.trainer"] = sys.modules["keras"] = None
        import numpy as np
        from tfaip.pipeline import Sample
        from tfaip.predict import Predictor, PredictorParams
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
