"""A bundle names nothing outside of itself, whoever made it."""

import json
import os
import shutil

import keras
import pytest

from tfaip.model import Bundle, BundleError, load_prediction_function, load_scenario_params, load_weights
from tfaip.model.folders.containment import what_leads_out
from tfaip.model.stored.export import export_bundle
from tfaip.model.testing.points.scenario import PointsScenario


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    keras.utils.set_random_seed(1)
    folder = tmp_path_factory.mktemp("exported")
    (folder / "names.txt").write_text("a\nb\nc\nd\n")
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    scenario.params.data.post_proc.processors[0].names = str(folder / "names.txt")
    model = scenario.create_model()
    return export_bundle(folder / "best", scenario, model, model.build_graph(scenario.data))


@pytest.fixture
def bundle(exported, tmp_path):
    """A copy that a test may change, beside a secret."""
    (tmp_path / "secret").write_text("password\n")
    return Bundle(shutil.copytree(exported.path, tmp_path / "best"))


def name_resource(bundle, name):
    stored = json.loads(bundle.scenario_params.read_text())
    stored["data"]["post_proc"]["processors"][0]["names"] = name
    bundle.scenario_params.write_text(json.dumps(stored))


def link(path, target):
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def add_to_manifest(bundle, name):
    path = bundle.path / "bundle.json"
    content = json.loads(path.read_text())
    content["files"][name] = {"size": 9, "sha256": "0" * 64}
    path.write_text(json.dumps(content))


def test_a_bundle_behind_a_link_is_whole(exported, tmp_path):
    (tmp_path / "link").symlink_to(exported.path)
    params = load_scenario_params(tmp_path / "link")
    assert params.data.post_proc.processors[0].names == "resources/names.txt"
    Bundle.at(tmp_path / "link").verify()


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "resources/../../secret",
        "resources/link",
        "resources/loop",
        "/dev/zero",
        "a\0b",
        "x" * 5000,
    ],
)
def test_a_resource_outside_of_the_bundle_is_refused(bundle, name):
    link(bundle.resources / "link", "../../secret")
    link(bundle.resources / "loop", "loop")
    name_resource(bundle, name)
    with pytest.raises(
        BundleError,
        match=r"a resource of the bundle .*best must lie in it, but \$\.data\.post_proc\.processors\[0\]\.names is",
    ):
        load_scenario_params(bundle.path)


@pytest.mark.parametrize("kind", ["pipe", "folder with a link"])
def test_a_resource_that_is_no_file_is_refused(bundle, kind):
    if kind == "pipe":
        os.mkfifo(bundle.resources / "made")
    else:
        (bundle.resources / "made").mkdir()
        link(bundle.resources / "made" / "inner", "/etc")
    name_resource(bundle, "resources/made")
    with pytest.raises(BundleError, match="a resource of the bundle .*best must lie in it"):
        load_scenario_params(bundle.path)


@pytest.mark.parametrize("part", ["scenario_params.json", "weights.h5"])
def test_parts_behind_a_link_that_leads_out_are_refused(bundle, tmp_path, part):
    shutil.move(bundle.path / part, tmp_path / part)
    link(bundle.path / part, tmp_path / part)
    with pytest.raises(BundleError, match=f"must lie in it, but .*{part} leads out of .*best"):
        load_scenario_params(bundle.path)
    with pytest.raises(BundleError, match=f"must lie in it, but .*{part} leads out of .*best"):
        load_weights(bundle.path)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "resources/link", "serve/../../secret"])
def test_the_manifest_names_files_of_the_bundle_alone(bundle, name):
    link(bundle.resources / "link", "../../secret")
    add_to_manifest(bundle, name)
    with pytest.raises(BundleError, match="best is not as it was exported: .* leads out of .*best"):
        Bundle.at(bundle.path)


def test_a_saved_model_with_a_link_that_leads_out_is_not_opened(bundle, tmp_path):
    link(bundle.serve / "assets.extra", tmp_path)
    with pytest.raises(BundleError, match=r"serve/.* must lie in it as a whole, but .*assets.extra leads out of"):
        load_prediction_function(bundle.path)


@pytest.mark.parametrize(
    "content",
    [
        b'{"bundle_version": 1e999, "files": {}}',
        b'{"bundle_version": 1, "files": {"a": {"size": Infinity, "sha256": ""}}}',
        b'{"bundle_version": 1, "versions": "ab", "files": {}}',
        b"[" * 100_000,
        b"\xff\xfe",
        b" " * (16 * 2**20 + 1),
    ],
)
def test_an_odd_manifest_ends_in_one_sentence(bundle, content):
    (bundle.path / "bundle.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"best is broken, its bundle.json can't be read [^\n]*$"):
        Bundle.at(bundle.path)


def test_a_manifest_that_is_a_pipe_is_not_waited_for(bundle):
    (bundle.path / "bundle.json").unlink()
    os.mkfifo(bundle.path / "bundle.json")
    with pytest.raises(BundleError, match="it is a pipe, not a regular file"):
        Bundle.at(bundle.path)


def test_a_path_that_no_system_takes_is_a_bundle_error():
    for path in ("x" * 5000, "a\0b"):
        with pytest.raises(BundleError, match=r"."):
            Bundle.at(path)


def test_nothing_at_a_path_leads_nowhere(tmp_path):
    assert not what_leads_out(tmp_path, tmp_path / "absent")
