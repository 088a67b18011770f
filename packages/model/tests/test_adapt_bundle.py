"""A bundle of yesterday's code, rebuilt with today's."""

import json
import shutil

import h5py
import keras
import numpy as np
import pytest

from tfaip.model import Bundle, BundleError, load_params_of_today, load_prediction_function, load_scenario_params
from tfaip.model.cli.adapt_exported_model import main
from tfaip.model.stored.adapt import adapt_bundle
from tfaip.model.stored.export import export_bundle
from tfaip.model.testing.points.scenario import PointsScenario

POINT = {"point": np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A bundle with a resource."""
    keras.utils.set_random_seed(1)
    folder = tmp_path_factory.mktemp("exported")
    (folder / "names.txt").write_text("Nord\nSuedost\nSuedwest\n")
    params = PointsScenario.tagged(PointsScenario.default_params())
    params.data.post_proc.processors[0].names = str(folder / "names.txt")
    scenario = PointsScenario(params)
    model = scenario.create_model()
    return export_bundle(folder / "best", scenario, model, model.build_graph(scenario.data))


@pytest.fixture
def yesterday(exported, tmp_path):
    """A copy as another version would have written it: an unknown and a missing parameter, a surplus weight."""
    bundle = Bundle(shutil.copytree(exported.path, tmp_path / "best"))
    (bundle.path / "bundle.json").unlink()
    stored = json.loads(bundle.scenario_params.read_text())
    stored["model"]["gone"] = 3
    del stored["model"]["dropout"]
    bundle.scenario_params.write_text(json.dumps(stored))
    with h5py.File(bundle.weights, "a") as file:
        file["points/former/kernel"] = np.zeros(3)
    return bundle


@pytest.mark.parametrize("in_place", [True, False])
def test_a_bundle_is_rebuilt_and_the_differences_are_told(exported, yesterday, tmp_path, in_place):
    adapted = adapt_bundle(yesterday.path, None if in_place else tmp_path / "adapted")
    assert adapted.bundle.path == (yesterday.path if in_place else tmp_path / "adapted")
    told = "\n".join(adapted.differences)
    for word in ("$.model.gone", "$.model.dropout", "no variable points/former/kernel any more"):
        assert word in told
    adapted.bundle.verify()
    assert adapted.bundle.manifest().bundle_version == 1
    assert not adapt_bundle(adapted.bundle.path, tmp_path / "again").differences
    expected, found = (load_prediction_function(bundle.path)(POINT) for bundle in (exported, adapted.bundle))
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=1e-6)
    assert (adapted.bundle.resources / "names.txt").read_text().startswith("Nord")
    assert load_scenario_params(adapted.bundle.path).model.dropout == 0.1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda file: file.move("points/hidden/kernel", "points/hiden/kernel"),
            r"in it \(it has points/hiden/kern",
        ),
        (lambda file: file.__delitem__("points/logits/bias"), "points/logits/bias is not in it"),
    ],
)
def test_weights_that_the_bundle_lacks_are_named_and_nothing_is_written(yesterday, tmp_path, change, message):
    with h5py.File(yesterday.weights, "a") as file:
        change(file)
    before = yesterday.weights.read_bytes()
    with pytest.raises(BundleError, match=f"lacks weights of today's graph: .*{message}"):
        adapt_bundle(yesterday.path)
    assert yesterday.weights.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


def test_a_weight_of_another_shape_is_named(yesterday):
    stored = json.loads(yesterday.scenario_params.read_text())
    stored["model"]["units"] = 9
    yesterday.scenario_params.write_text(json.dumps(stored))
    with pytest.raises(BundleError, match=r"points/hidden/kernel has the shape \[2, 8\] in it, \[2, 9\] today"):
        adapt_bundle(yesterday.path)


def test_an_output_that_is_there_already_is_not_touched(yesterday, tmp_path):
    (tmp_path / "other").mkdir()
    with pytest.raises(BundleError, match="the output must be a folder that is not there yet, but .*other is"):
        adapt_bundle(yesterday.path, tmp_path / "other")


def test_changed_parameters_make_another_bundle_of_the_same_weights(exported, tmp_path):
    seen = []

    class Watched(PointsScenario):
        def after_export(self, made):
            seen.append((made.kind, made.bundle.path))

    params = load_params_of_today(exported.path)[0]
    params.model.dropout = 0.5
    params.export_serve = False
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tfaip.model.stored.adapt.find_stored_scenario", lambda *_, **__: Watched)
        bundle = adapt_bundle(exported.path, tmp_path / "other", params=params).bundle
    assert load_scenario_params(bundle.path).model.dropout == 0.5
    assert load_scenario_params(exported.path).model.dropout == 0.1
    assert not bundle.serve.exists()
    assert seen == [("adapted", tmp_path / "other")]
    with h5py.File(exported.weights) as former, h5py.File(bundle.weights) as today:
        np.testing.assert_array_equal(former["points/hidden/kernel"], today["points/hidden/kernel"])


def test_parameters_that_change_the_shape_of_a_weight_are_refused(exported, tmp_path):
    params = load_params_of_today(exported.path)[0]
    params.model.units = 7
    with pytest.raises(BundleError, match=r"points/hidden/kernel has the shape .*Leave out what changes weights"):
        adapt_bundle(exported.path, tmp_path / "other", params=params)
    assert not (tmp_path / "other").exists()


def test_the_command_writes_changed_parameters_beside_the_bundle(exported, tmp_path, capsys):
    bundle = shutil.copytree(exported.path, tmp_path / "best")
    main([str(bundle), "--model.dropout", "0.3", "--scenario.export_serve", "False", "--trust", "tfaip"])
    assert load_scenario_params(tmp_path / "best_adapted").model.dropout == 0.3
    assert load_scenario_params(bundle).model.dropout == 0.1
    assert "best_adapted is a bundle of today's code" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([str(bundle), "--model.dropout", "0.4"])
    assert "must be a folder that is not there yet" in capsys.readouterr().err
