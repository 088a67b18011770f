"""A module that is imported when something is looked up in it."""

import pickle
import sys

import pytest

from tfaip.params import MissingExtraError
from tfaip.pipeline.loaded_later import loaded_later


@pytest.fixture
def slow(tmp_path, monkeypatch):
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow/__init__.py").write_text("from slow import inner\nvalue = 1\n")
    (tmp_path / "slow/inner.py").write_text("number = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield loaded_later("slow")
    for name in ("slow", "slow.inner"):
        sys.modules.pop(name, None)


def test_it_is_imported_at_the_first_look(slow):
    assert repr(slow) == "<module 'slow', loaded when it is used>"
    assert not hasattr(slow, "__path__")
    assert "slow" not in sys.modules
    assert slow.inner.number == 2
    assert sys.modules["slow"].value == slow.value == 1
    assert loaded_later("slow") is sys.modules["slow"]
    assert "inner" in dir(slow)


def test_a_value_that_is_set_is_set_in_the_module(slow):
    slow.value = 5
    assert sys.modules["slow"].value == slow.value == 5


def test_it_is_pickled_by_its_name(slow):
    assert "slow" not in sys.modules
    assert pickle.loads(pickle.dumps(slow)).__name__ == "slow"
    assert "slow" not in sys.modules
    with pytest.raises(AttributeError, match="nothing"):
        slow.nothing  # noqa: B018 - the look is what counts


def test_a_missing_module_is_named_with_its_extra():
    missing = loaded_later("no_such_library", extra="tfaip-pipeline[tf]")
    with pytest.raises(MissingExtraError, match=r"no_such_library isn't installed: pip install 'tfaip-pipeline\[tf\]'"):
        missing.anything  # noqa: B018 - the attribute is looked up
    assert pickle.loads(pickle.dumps(missing)).__name__ == "no_such_library"
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_library'"):
        loaded_later("no_such_library").anything  # noqa: B018 - the attribute is looked up
