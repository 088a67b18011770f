"""Bundles and scenarios: what a folder names is imported from installed places, or from where the user has said."""

import json
import sys
from pathlib import Path

import pytest

from tfaip.model import BundleError, ScenarioBase, ScenarioNotFoundError, find_scenario, load_scenario_params
from tfaip.model.command import remember_scenario, take_user_word
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import registry, save
from tfaip.params.trust.preferred import _PreferredFinder, preferred
from tfaip.params.trust.remembered import trusted_file

STRANGER = """
print("CODE OF THE STRANGER RUNS")
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.model.testing.points.params import PointsScenarioParams
from tfaip.params import params
@params
class StrangerParams(PointsScenarioParams):
    pass
class StrangerScenario(PointsScenario):
    where = {where!r}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder; what a test imports is gone afterwards."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(_PreferredFinder, "folders", {})
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0].startswith(("lab_", "stranger"))]:
        del sys.modules[name]


def write_module(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STRANGER.format(where=str(path)))
    return path


def write_bundle(path, tag=None, scenario=None, processor=None):
    path.mkdir(parents=True, exist_ok=True)
    save(PointsScenario.tagged(PointsScenario.default_params()), path / "scenario_params.json")
    data = json.loads((path / "scenario_params.json").read_text())
    data["__cls__"] = tag or data["__cls__"]
    data["scenario"] = scenario or data["scenario"]
    if processor:
        data["data"]["pre_proc"]["processors"][0] = {"__cls__": processor}
    (path / "scenario_params.json").write_text(json.dumps(data))
    return path


def test_a_bundle_does_not_run_its_own_module(here, capsys):
    write_module(here / "stranger" / "payload.py")
    bundle = write_bundle(here / "stranger", tag="stranger.payload:StrangerParams")
    for trust in ([], ["stranger"]):
        with pytest.raises(BundleError, match=r"stranger.payload is in the folder that is read, which brings no code"):
            load_scenario_params(bundle, trust=trust)
    assert "RUNS" not in capsys.readouterr().out


def test_a_bundle_does_not_run_its_scenario(here, capsys):
    write_module(here / "stranger" / "payload.py")
    bundle = write_bundle(here / "stranger", scenario="stranger.payload:StrangerScenario")
    load_scenario_params(bundle)
    for trust in ([], ["stranger"]):
        with pytest.raises(ValueError, match=r"stranger.payload is in the folder that is read"):
            ScenarioBase.from_path(bundle, trust=trust)
    assert "RUNS" not in capsys.readouterr().out


def test_a_module_of_the_current_folder_needs_a_word(here, capsys):
    path = write_module(here / "lab_word" / "task.py")
    bundle = write_bundle(here / "b", "lab_word.task:StrangerParams", "lab_word.task:StrangerScenario")
    with pytest.raises(BundleError) as caught:
        load_scenario_params(bundle)
    assert f"found only in the current folder, {path}" in str(caught.value)
    assert "--trust lab_word" in str(caught.value)
    assert "RUNS" not in capsys.readouterr().out
    assert type(ScenarioBase.from_path(bundle, trust=["lab_word"])).__name__ == "StrangerScenario"


@pytest.mark.parametrize("word", ["scenario", "trust"])
def test_the_word_is_remembered_for_the_place(here, tmp_path, monkeypatch, word):
    for name in ("here", "elsewhere"):
        write_module(tmp_path / name / "lab_place" / "task.py")
        write_bundle(tmp_path / name / "b", "lab_place.task:StrangerParams", "lab_place.task:StrangerScenario")
    if word == "scenario":
        remember_scenario(find_scenario("lab_place.task"))
        del sys.modules["lab_place.task"]
        registry._CLASSES.clear()
    take_user_word(None, ["--trust", "lab_place"] if word == "trust" else [], ["b"])
    assert json.loads(trusted_file().read_text()) == {"places": [str(here / "lab_place")]}
    assert type(ScenarioBase.from_path("b")).__name__ == "StrangerScenario"
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(here)])
    for name in ("lab_place.task", "lab_place"):
        sys.modules.pop(name, None)
    registry._CLASSES.clear()
    with pytest.raises(BundleError, match="isn't trusted"):
        load_scenario_params("b")


@pytest.mark.parametrize(("argv", "words"), [([], ["--trust", "lab_said"]), (None, []), (None, ["--trust", "b"])])
def test_nothing_is_remembered_from_python_and_of_what_is_read(here, argv, words):
    write_module(here / "lab_said.py")
    write_module(here / "b" / "payload.py")
    take_user_word(argv, words, ["b"])
    assert not trusted_file().exists()


def test_a_processor_comes_only_from_installed_portions_of_tfaip(here, capsys):
    write_module(here / "tfaip" / "evil.py")
    bundle = write_bundle(here / "b", processor="tfaip.evil:StrangerParams")
    with pytest.raises(BundleError, match="tfaip.evil is found only in the current folder"):
        load_scenario_params(bundle)
    assert "RUNS" not in capsys.readouterr().out


def test_the_package_of_the_scenario_may_hold_classes_of_the_data(here, tmp_path, monkeypatch):
    source = tmp_path / "source" / "lab_data"
    write_module(source / "task.py")
    (source / "steps.py").write_text(
        "from tfaip.model.testing.points.params import *\nfrom tfaip.model.testing.points import params as p\n"
        "from tfaip.params import params\nfrom tfaip.pipeline import DataProcessorParams\n"
        "@params\nclass StepParams(DataProcessorParams):\n    def cls(self):\n        return object\n"
    )
    bundle = write_bundle(here / "b", scenario="lab_data.task:StrangerScenario", processor="lab_data.steps:StepParams")
    sys.path.append(str(tmp_path / "source"))
    with pytest.raises(BundleError, match="lab_data.steps:StepParams isn't trusted"):
        load_scenario_params(bundle)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "source"))
    assert type(load_scenario_params(bundle).data.pre_proc.processors[0]).__name__ == "StepParams"


@pytest.fixture
def twice(here, tmp_path, monkeypatch):
    """A scenario that is here and, as another file, installed."""
    places = [write_module(folder / "lab_twice" / "scenario.py") for folder in (here, tmp_path / "env")]
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "env"))
    sys.path.append(str(tmp_path / "env"))
    return places


@pytest.mark.parametrize("name", ["lab_twice.scenario", "lab_twice", "lab_twice.scenario:StrangerScenario"])
def test_a_scenario_here_and_installed_is_refused_with_both_places(twice, name):
    with pytest.raises(ScenarioNotFoundError) as caught:
        find_scenario(name)
    for place in twice:
        assert str(place) in str(caught.value)
    assert "./lab_twice/scenario.py names the one here" in str(caught.value)
    assert "lab_twice.scenario" not in sys.modules


def test_its_path_names_the_one_here(twice):
    assert Path(find_scenario("./lab_twice/scenario.py").where) == twice[0]
    assert preferred() == {"lab_twice": str(twice[0].parents[1])}


def test_a_stored_scenario_in_two_places_is_refused_too(twice, here):
    bundle = write_bundle(here / "b", "lab_twice.scenario:StrangerParams", "lab_twice.scenario:StrangerScenario")
    with pytest.raises(BundleError, match="is in two places"):
        load_scenario_params(bundle)


def test_a_scenario_that_an_installed_package_hides_is_named_with_both_places(here, tmp_path, monkeypatch):
    write_module(here / "lab_hidden" / "task" / "scenario.py")
    (tmp_path / "env" / "lab_hidden").mkdir(parents=True)
    (tmp_path / "env" / "lab_hidden" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "env"))
    sys.path.append(str(tmp_path / "env"))
    with pytest.raises(ScenarioNotFoundError, match=r"is in two places: .*env/lab_hidden.*here/lab_hidden/task/scen"):
        find_scenario("lab_hidden.task.scenario")
    assert find_scenario("./lab_hidden/task").__name__ == "StrangerScenario"


def test_the_folder_of_a_path_does_not_shadow_what_is_installed(here, tmp_path):
    write_module(tmp_path / "elsewhere" / "lab_elsewhere.py")
    (tmp_path / "elsewhere" / "h5py.py").write_text("raise SystemExit('it runs')")
    find_scenario(str(tmp_path / "elsewhere" / "lab_elsewhere.py"))
    assert sys.path[-1] == str(tmp_path / "elsewhere")


def test_a_remembered_place_is_found_from_anywhere(here, tmp_path, monkeypatch):
    path = write_module(tmp_path / "elsewhere" / "lab_far" / "scenario.py")
    bundle = write_bundle(here / "b", "lab_far.scenario:StrangerParams", "lab_far.scenario:StrangerScenario")
    with pytest.raises(BundleError, match="no source of a module 'lab_far.scenario'"):
        load_scenario_params(bundle)
    monkeypatch.chdir(tmp_path / "elsewhere")
    sys.path.append(str(tmp_path / "elsewhere"))
    remember_scenario(find_scenario("lab_far"))
    sys.path.remove(str(tmp_path / "elsewhere"))
    monkeypatch.chdir(here)
    for name in ("lab_far.scenario", "lab_far"):
        del sys.modules[name]
    registry._CLASSES.clear()
    assert Path(type(ScenarioBase.from_path(bundle)).where) == path
