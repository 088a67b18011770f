"""`--check` names the line of a scenario that loads TensorFlow; a small package stands for TensorFlow here."""

import importlib.util
import sys

import pytest

from tfaip.pipeline.early_tensorflow import EarlyTensorFlow

LIBRARIES = ("heavy", "heavy_layers")


@pytest.fixture
def project(tmp_path, monkeypatch):
    for path, text in {
        "heavy/__init__.py": "from heavy import inner",
        "heavy/inner.py": "",
        "heavy_layers/__init__.py": "import heavy",
        "glue.py": "import heavy_layers",
        "mine/__init__.py": "",
        "mine/data.py": "import json\n\nimport glue\n",
        "mine/scenario.py": "import mine.data\nfrom mine import late\n",
        "mine/late.py": "def cls():\n    import heavy\n    return heavy\n",
        "mine/light.py": "from mine import late\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("heavy", "heavy_layers", "glue", "mine")]:
        del sys.modules[name]


def loaded(module):
    before = list(sys.meta_path)
    with EarlyTensorFlow(LIBRARIES) as early:
        importlib.import_module(module)
    assert sys.meta_path == before
    return early


@pytest.mark.usefixtures("project")
def test_the_last_line_of_the_scenarios_package_is_shown():
    early = loaded("mine.scenario")
    assert early.seconds > 0
    first, second, third = early.findings("mine")
    assert first.startswith("mine/data.py:3 (import glue) loads TensorFlow, in ")
    assert second == "--help and each worker that needs it wait for that."
    assert third.startswith("Move this import into the functions that need it; `import keras` becomes")


@pytest.mark.usefixtures("project")
def test_a_line_of_another_package_is_shown_where_the_scenario_has_none():
    assert loaded("mine.scenario").findings("other")[0].startswith("glue.py:1 (import heavy_layers) loads TensorFlow")


@pytest.mark.usefixtures("project")
def test_nothing_is_told_of_imports_in_functions():
    early = loaded("mine.light")
    assert early.findings("mine") == []
    assert sys.modules["mine.late"].cls() is sys.modules["heavy"]


@pytest.mark.usefixtures("project")
def test_a_library_that_fails_raises_as_ever(tmp_path):
    (tmp_path / "heavy" / "inner.py").write_text("raise ImportError('no drivers')")
    with pytest.raises(ImportError, match="no drivers"):
        loaded("mine.scenario")


@pytest.mark.usefixtures("project")
def test_a_library_that_is_missing_raises_as_ever(tmp_path):
    (tmp_path / "glue.py").write_text("import heavy_layers_2")
    with EarlyTensorFlow(("heavy_layers_2",)) as early, pytest.raises(ModuleNotFoundError, match="heavy_layers_2"):
        importlib.import_module("mine.scenario")
    assert not early.found


@pytest.mark.usefixtures("project")
def test_a_look_for_the_library_is_no_import():
    with EarlyTensorFlow(LIBRARIES) as early:
        assert importlib.util.find_spec("heavy") is not None
    assert not early.found


@pytest.mark.usefixtures("project")
def test_a_function_is_named_with_its_line():
    with EarlyTensorFlow(LIBRARIES) as early:
        importlib.import_module("mine.late").cls()
    assert early.findings()[0].startswith("mine/late.py:2 in cls (import heavy) loads TensorFlow")
