"""A module that moved is found by its former name, with a warning; names that never were stay unknown."""

import importlib
import sys

import pytest

from tfaip.params import moved_modules


@pytest.fixture
def moved(tmp_path, monkeypatch):
    """A package of the namespace that held `old` and `both`, and holds `rooms.one` and `rooms.two`."""
    package = tmp_path / "tfaip" / "moved_example"
    (package / "rooms").mkdir(parents=True)
    for place, text in {
        "__init__.py": "",
        "rooms/__init__.py": "",
        "rooms/one.py": "__all__ = ['first']\nfirst, hidden = 1, 0\n",
        "rooms/two.py": "second = 2\n",
        "former_modules.py": "FORMER_MODULES = {"
        "'tfaip.moved_example.chambers': 'tfaip.moved_example.rooms', "
        "'tfaip.moved_example.old': 'tfaip.moved_example.rooms.one', "
        "'tfaip.moved_example.both': ('tfaip.moved_example.rooms.one', 'tfaip.moved_example.rooms.two')}",
    }.items():
        (package / place).write_text(text)
    import tfaip

    monkeypatch.setattr(tfaip, "__path__", [*tfaip.__path__, str(tmp_path / "tfaip")])
    yield "tfaip.moved_example"
    for name in [name for name in sys.modules if name.startswith("tfaip.moved_example")]:
        del sys.modules[name]
    vars(tfaip).pop("moved_example", None)


def test_the_former_name_is_the_new_module_itself(moved):
    with pytest.warns(
        DeprecationWarning, match=r"tfaip\.moved_example\.old moved: .* tfaip\.moved_example\.rooms\.one"
    ):
        old = importlib.import_module(f"{moved}.old")
    assert old is importlib.import_module(f"{moved}.rooms.one")
    assert old.__spec__.name == f"{moved}.rooms.one"
    assert sys.modules[moved].old is old


def test_a_module_that_was_split_holds_the_names_of_its_parts(moved):
    with pytest.warns(DeprecationWarning, match="rooms.one and .*rooms.two"):
        both = importlib.import_module(f"{moved}.both")
    assert (both.first, both.second, hasattr(both, "hidden")) == (1, 2, False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_package_that_moved_takes_its_modules_along_and_none_is_loaded_twice(moved):
    chambers = importlib.import_module(f"{moved}.chambers")
    one = importlib.import_module(f"{moved}.chambers.one")
    assert one is chambers.one is importlib.import_module(f"{moved}.rooms.one")
    assert importlib.import_module(f"{moved}.chambers") is chambers


@pytest.mark.parametrize("name", ["never", "rooms.never", "old.never", "chambers.never"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_unknown_module_stays_unknown(moved, name):
    with pytest.raises(ModuleNotFoundError, match="never"):
        importlib.import_module(f"{moved}.{name}")


def test_a_package_without_a_table_has_no_moved_modules():
    with pytest.raises(ModuleNotFoundError, match="tfaip.params.never"):
        importlib.import_module("tfaip.params.never")


def test_looking_for_moved_modules_begins_once():
    before = list(sys.meta_path)
    moved_modules.find_moved_modules()
    assert sys.meta_path == before
