"""What a bundle is checked for, and what is said of a broken one."""

import hashlib
import json
import shutil
from importlib import metadata

import keras
import numpy as np
import pytest

from tfaip.model import Bundle, BundleError, load_prediction_function, load_scenario_params, load_weights
from tfaip.model.stored.export import export_bundle
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import ParamsWarning
from tfaip.pipeline import ArraySpec

POINT = {"point": np.ones((2, 2), np.float32)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    keras.utils.set_random_seed(1)
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    model._export_graphs = lambda inputs, outputs, targets: {
        "default": outputs,
        "classes-only": {"class": outputs["class"]},
    }
    return export_bundle(
        tmp_path_factory.mktemp("exported") / "best", scenario, model, model.build_graph(scenario.data)
    )


@pytest.fixture
def bundle(exported, tmp_path):
    """A copy that a test may break."""
    return Bundle(shutil.copytree(exported.path, tmp_path / "best"))


def edit_manifest(bundle, **changes):
    path = bundle.path / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_bundle_tells_its_format_and_what_wrote_it(exported):
    content = json.loads((exported.path / "bundle.json").read_text())
    assert content["bundle_version"] == 1
    for name in ("tfaip-model", "keras", "tensorflow"):
        assert content["versions"][name] == metadata.version(name)
    files = {path.relative_to(exported.path).as_posix() for path in exported.path.rglob("*") if path.is_file()}
    assert set(content["files"]) == files - {"bundle.json", "scenario_params.json"}
    exported.verify()


def test_a_graph_with_another_label_is_loaded_by_it(exported):
    assert exported.labels == ["default", "classes-only"]
    only, default = (
        load_prediction_function(exported.path, label=label)(POINT) for label in ("classes-only", "default")
    )
    assert set(only) == {"class"}
    np.testing.assert_array_equal(only["class"], default["class"])


def test_a_label_that_is_not_there_names_those_that_are(exported):
    with pytest.raises(BundleError, match="has no graph 'classes'; it has default, classes-only"):
        load_prediction_function(exported.path, label="classes")


def test_a_label_that_cannot_be_a_folder_is_refused_at_export(built, tmp_path):
    scenario, model, graph = built
    model._export_graphs = lambda inputs, outputs, targets: {"default": outputs, "../evil": outputs}
    with pytest.raises(ValueError, match=r"PointsModel._export_graphs must label graphs with letters.*got '../evil'"):
        export_bundle(tmp_path / "best", scenario, model, graph)
    assert not list(tmp_path.iterdir())


LOADERS = {"params": load_scenario_params, "weights": load_weights, "function": load_prediction_function}


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("name", ["weights.h5", "serve/saved_model.pb", "serve/variables/variables.index"])
def test_a_missing_file_is_named_whatever_is_loaded(bundle, load, name):
    (bundle.path / name).unlink()
    with pytest.raises(BundleError, match=f"best is not as it was exported: {name} is missing; copy or export it"):
        LOADERS[load](bundle.path)


@pytest.mark.parametrize("load", LOADERS)
def test_a_file_that_is_cut_off_is_named_whatever_is_loaded(bundle, load):
    size = bundle.weights.stat().st_size
    bundle.weights.write_bytes(bundle.weights.read_bytes()[:-10])
    with pytest.raises(BundleError, match=f"weights.h5 has {size - 10} bytes, not {size}; copy or export it again"):
        LOADERS[load](bundle.path)


@pytest.mark.parametrize(("load", "name"), [("weights", "weights.h5"), ("function", "serve/saved_model.pb")])
def test_a_flipped_bit_is_found_in_what_is_loaded(bundle, load, name):
    path = bundle.path / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"the content of {name} has changed"):
        LOADERS[load](bundle.path)
    with pytest.raises(BundleError, match=f"the content of {name} has changed"):
        bundle.verify()


def test_a_newer_format_is_refused_with_what_to_do(bundle):
    edit_manifest(bundle, bundle_version=2, versions={"tfaip-model": "9.1"})
    with pytest.raises(
        BundleError, match="is of format 2, written by tfaip-model 9.1, and this version reads up to 1: install a newer"
    ):
        load_scenario_params(bundle.path)


def test_a_bundle_of_the_time_before_manifests_loads(bundle):
    (bundle.path / "bundle.json").unlink()
    bundle.verify()
    assert load_scenario_params(bundle.path).model.units == 8
    assert set(load_prediction_function(bundle.path)(POINT)) == {"logits", "pred", "class"}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"bundle_version": 1, "files": {"a": 3}}'])
def test_a_damaged_manifest_is_a_bundle_error(bundle, content):
    (bundle.path / "bundle.json").write_text(content)
    with pytest.raises(BundleError, match=r"best is broken, its bundle.json can't be read \("):
        Bundle.at(bundle.path)


def test_parameters_may_be_edited(bundle):
    text = bundle.scenario_params.read_text()
    bundle.scenario_params.write_text(text.replace('"print_eval_limit": 10', '"print_eval_limit": 3'))
    assert load_scenario_params(bundle.path).print_eval_limit == 3


def test_parameters_of_another_version_are_read_where_the_caller_is_lenient(bundle):
    stored = json.loads(bundle.scenario_params.read_text())
    stored["model"]["gone"] = 3
    del stored["model"]["units"]
    bundle.scenario_params.write_text(json.dumps(stored))
    with pytest.raises(BundleError, match=r"\$\.model\.gone"):
        load_scenario_params(bundle.path)
    with pytest.warns(ParamsWarning) as warned:
        params = load_scenario_params(bundle.path, strict=False)
    assert params.model.units == 8
    told = " ".join(str(warning.message) for warning in warned)
    assert "$.model.gone" in told
    assert "$.model.units" in told


def test_missing_parameters_in_a_bundle_make_it_broken(bundle):
    bundle.scenario_params.unlink()
    with pytest.raises(BundleError, match=r"best is broken, it has no scenario_params.json"):
        Bundle.at(bundle.path)


def test_a_saved_model_without_the_signature_names_those_it_has(bundle):
    import tensorflow as tf

    (bundle.path / "bundle.json").unlink()
    shutil.rmtree(bundle.serve)
    module = tf.Module()
    module.f = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec([None], name="x")])
    tf.saved_model.save(module, str(bundle.serve), signatures={"other": module.f})
    with pytest.raises(BundleError, match=r"must have the signature 'serving_default', got \['other'\]"):
        load_prediction_function(bundle.path)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"pixel": ArraySpec((2,), "float32")}, "takes 'point', which the data does not have; the data has 'pixel'"),
        (
            {"point": ArraySpec((3,), "float32")},
            r"float32\[None, 2\] for 'point', and the data has float32\[None, 3",
        ),
        ({"point": ArraySpec((2,), "uint8")}, r"takes float32\[None, 2\] for 'point', and the data has uint8\[None, 2"),
        ({"point": ArraySpec((None,), "float32")}, r"and the data has float32\[None, None\]"),
        ({"point": ArraySpec((2, 1), "float32")}, r"and the data has float32\[None, 2, 1\]"),
    ],
)
def test_inputs_that_do_not_fit_the_data_are_named(exported, inputs, message):
    with pytest.raises(BundleError, match=f"the SavedModel serve/ of .*best does not fit the data: .*{message}"):
        load_prediction_function(exported.path, inputs=inputs)


def test_inputs_that_fit_the_data_load(exported):
    assert load_prediction_function(exported.path, inputs={"point": ArraySpec((2,), "float32")})


def test_the_digest_of_an_export_shows_every_change(bundle):
    digest = bundle.digest
    assert digest == hashlib.sha256((bundle.path / "bundle.json").read_bytes()).hexdigest()
    bundle.verify(digest=digest.upper())
    with pytest.raises(BundleError, match=f"bundle.json has the digest {digest}, not 0123"):
        bundle.verify(digest="0123")
    (bundle.resources / "more").touch()
    with pytest.raises(BundleError, match="resources/more was added"):
        bundle.verify(digest=digest)
    (bundle.resources / "more").unlink()
    bundle.scenario_params.write_text(bundle.scenario_params.read_text() + " ")
    bundle.verify()
    with pytest.raises(BundleError, match="the content of scenario_params.json has changed"):
        bundle.verify(digest=digest)
    (bundle.path / "bundle.json").unlink()
    with pytest.raises(BundleError, match="has no bundle.json"):
        bundle.verify(digest=digest)
