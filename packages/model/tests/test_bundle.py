import logging
import os
import shutil

import keras
import numpy as np
import pytest

from tfaip.model import Bundle, BundleError, load_prediction_function, load_scenario_params
from tfaip.model.bundle.weights import read_weights, write_weights
from tfaip.model.folders.atomic_folder import replaced_folder
from tfaip.model.stored.export import export_bundle


def test_a_moved_bundle_computes_what_the_graph_computes(built, tmp_path):
    scenario, model, graph = built
    export_bundle(tmp_path / "best", scenario, model, graph)
    shutil.move(tmp_path / "best", tmp_path / "moved")
    point = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    expected = graph.build_prediction_graph({"point": point})
    outputs = load_prediction_function(tmp_path / "moved")({"point": point})
    assert set(outputs) == {"logits", "pred", "class"}
    for name, value in outputs.items():
        np.testing.assert_allclose(value, expected[name], atol=1e-6)


def test_export_and_load_set_up_no_logging(built, tmp_path, monkeypatch):
    # absl adds a handler to a root logger without one, and all messages of tfaip would be shown by it.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    export_bundle(tmp_path / "best", *built)
    load_prediction_function(tmp_path / "best")
    assert logging.getLogger().handlers == []


def test_a_bundle_holds_the_scenario_and_the_weights_by_path(built, tmp_path):
    scenario, model, graph = built
    bundle = export_bundle(tmp_path / "best", scenario, model, graph)
    loaded = load_scenario_params(bundle.path)
    assert loaded.data.resource_base_path == str(bundle.path)
    loaded.data.resource_base_path = None
    assert loaded == scenario.params
    weights = read_weights(bundle.weights)
    assert set(weights) == {variable.path for variable in graph.weights}
    np.testing.assert_array_equal(weights["points/hidden/kernel"], graph.hidden.kernel)
    assert bundle.resources.is_dir()


def test_an_export_without_saved_model_says_so_when_it_is_asked_to_predict(built, tmp_path):
    scenario, model, graph = built
    scenario.params.export_serve = False
    export_bundle(tmp_path / "best", scenario, model, graph)
    with pytest.raises(BundleError, match="has no SavedModel in serve/; it was exported with export_serve off"):
        load_prediction_function(tmp_path / "best")


def test_other_graphs_are_exported_under_their_labels(built, tmp_path):
    scenario, model, graph = built
    model._export_graphs = lambda inputs, outputs, targets: {"default": outputs, "only": {"class": outputs["class"]}}
    bundle = export_bundle(tmp_path / "best", scenario, model, graph)
    assert (bundle.additional("only") / "saved_model.pb").is_file()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "a bundle is a folder, but .*best is not there"),
        (lambda path: path.write_text(""), "a bundle is a folder, but .*best is a file"),
        (lambda path: path.mkdir(), "best is no bundle, it has no scenario_params.json$"),
        (
            lambda path: ((path / "best").mkdir(parents=True), (path / "best/scenario_params.json").write_text("{}")),
            "no scenario_params.json; did you mean .*best/best?",
        ),
    ],
)
def test_a_path_that_is_no_bundle_is_refused_with_what_it_is(tmp_path, make, message):
    make(tmp_path / "best")
    with pytest.raises(BundleError, match=message):
        Bundle.at(tmp_path / "best")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [(".", "best or {0}/export"), ("best/serve", "best"), ("checkpoint", "best or {0}/export")],
)
def test_a_path_in_or_around_a_run_is_answered_by_its_bundles(tmp_path, asked, meant):
    for bundle in ("best", "export"):
        (tmp_path / bundle).mkdir()
        (tmp_path / bundle / "scenario_params.json").write_text("{}")
    (tmp_path / "best/serve").mkdir()
    with pytest.raises(BundleError) as refused:
        Bundle.at(tmp_path / asked)
    assert str(refused.value).endswith(f"; did you mean {tmp_path}/{meant.format(tmp_path)}?")


def test_parameters_that_are_damaged_are_a_bundle_error(built, tmp_path):
    bundle = export_bundle(tmp_path / "best", *built)
    bundle.scenario_params.write_text("{")
    with pytest.raises(BundleError, match="the parameters of the bundle .*best cannot be read"):
        load_scenario_params(bundle.path)


def test_a_saved_model_that_is_damaged_is_a_bundle_error(built, tmp_path):
    bundle = export_bundle(tmp_path / "best", *built)
    # As of the time before manifests, so that nothing else finds it out.
    (bundle.path / "bundle.json").unlink()
    (bundle.serve / "saved_model.pb").write_bytes(b"no protocol buffer")
    with pytest.raises(BundleError, match="the SavedModel serve/ of the bundle .*best cannot be loaded"):
        load_prediction_function(bundle.path)


def test_a_failed_export_keeps_the_bundle_that_was_there(built, tmp_path):
    scenario, model, graph = built
    bundle = export_bundle(tmp_path / "best", scenario, model, graph)
    before = bundle.weights.read_bytes()
    model._export_graphs = lambda *_: {}
    with pytest.raises(ValueError, match="labelled 'default'"):
        export_bundle(tmp_path / "best", scenario, model, graph)
    assert bundle.weights.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


def test_a_replaced_folder_shows_nothing_until_the_block_ends(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "old").touch()
    with replaced_folder(path) as beside:
        (beside / "new").touch()
        assert [p.name for p in path.iterdir()] == ["old"]
    assert [p.name for p in path.iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_weights_of_one_path_are_refused_by_name(tmp_path):
    twins = [keras.Variable(np.zeros(2), name="twin") for _ in range(2)]
    with pytest.raises(ValueError, match="each variable must have a path of its own, but these are shared: twin"):
        write_weights(tmp_path / "weights.h5", twins)


def test_a_second_export_to_one_folder_is_refused_and_changes_nothing(built, tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.model.folders.folder_lock.WAIT", 0.0)
    scenario, model, graph = built
    scenario.params.export_serve = False
    refused = []

    def export_twice(path, variables):
        if not refused:
            with pytest.raises(BundleError) as raised:
                export_bundle(tmp_path / "best", scenario, model, graph)
            refused.append(str(raised.value))
        write_weights(path, variables)

    monkeypatch.setattr("tfaip.model.stored.export.write_weights", export_twice)
    export_bundle(tmp_path / "best", scenario, model, graph)
    assert f"process {os.getpid()} on " in refused[0]
    assert f"is exporting to {tmp_path / 'best'}: wait until it has ended, or choose another folder" in refused[0]
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
    Bundle.at(tmp_path / "best").verify()


def test_an_export_through_a_link_replaces_bundles_only(built, tmp_path):
    scenario, model, graph = built
    scenario.params.export_serve = False
    (tmp_path / "thesis").mkdir()
    (tmp_path / "best").symlink_to(tmp_path / "thesis")
    for _ in range(2):
        export_bundle(tmp_path / "best", scenario, model, graph)
        assert (tmp_path / "best").is_symlink()
        Bundle.at(tmp_path / "best").verify()
    Bundle(tmp_path / "thesis").scenario_params.unlink()
    (tmp_path / "thesis" / "text").touch()
    with pytest.raises(BundleError, match=r"best is a link to .*thesis, which holds other files than"):
        export_bundle(tmp_path / "best", scenario, model, graph)
    assert (tmp_path / "thesis" / "text").exists()


def test_an_export_to_the_name_of_a_file_is_refused_and_the_file_stays(built, tmp_path):
    (tmp_path / "best").write_text("of the user")
    with pytest.raises(BundleError, match="best is a file, not the folder of a bundle"):
        export_bundle(tmp_path / "best", *built)
    assert (tmp_path / "best").read_text() == "of the user"
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
