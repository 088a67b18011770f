"""A module that is loaded again while other classes hold its older ones, as `%autoreload` and notebook cells do."""

import importlib
import sys

import pytest

from tfaip.params import field, from_json, params, parse, to_json, with_values

SOURCE = """
from tfaip.params import params

@params
class Base:
    lr: float = 0.1

@params
class Child(Base):
    n: int = 3
"""


@pytest.fixture
def reloaded(tmp_path, monkeypatch):
    """A class with fields of the module's first state, and the module in its second."""
    path = tmp_path / "lab_reloaded.py"
    path.write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.import_module("lab_reloaded")
    older_base, older_child = module.Base, module.Child

    @params
    class Outer:
        child: older_base = field(factory=older_child)

    path.write_text(SOURCE + "    m: str = 'new'\n")
    importlib.reload(module)
    assert module.Child is not older_child
    yield Outer, module
    del sys.modules["lab_reloaded"]


def test_a_new_class_is_stored_and_loaded_where_its_older_base_is_expected(reloaded):
    outer, module = reloaded
    stored = to_json(outer(child=module.Child(m="z")))
    loaded = from_json(outer, stored)
    assert type(loaded.child) is module.Child
    assert loaded.child.m == "z"


def test_the_older_class_loads_its_own_files(reloaded):
    outer, module = reloaded
    older = type(outer().child)
    assert older is not module.Child
    assert from_json(older, to_json(older(n=5))) == older(n=5)


def test_new_params_of_the_declared_class_itself_are_stored_with_their_new_fields(reloaded):
    _, module = reloaded
    older = module.Child

    @params
    class Holding:
        child: older = field(factory=older)

    importlib.reload(module)
    assert module.Child is not older
    stored = to_json(Holding(child=module.Child(m="z")))
    assert from_json(Holding, stored).child == module.Child(m="z")


def test_the_new_class_is_selected_by_its_name(reloaded):
    outer, module = reloaded
    assert parse(outer, ["--child", "Child", "--child.m", "q"]).child == module.Child(m="q")
    assert with_values(outer(child=module.Child()), {"child.m": "w"}).child.m == "w"


def test_an_unrelated_class_is_still_refused(reloaded):
    outer, _ = reloaded
    stored = to_json(outer()).replace("lab_reloaded:Child", f"{__name__}:Unrelated")
    with pytest.raises(ValueError, match="Unrelated doesn't derive from lab_reloaded:Base"):
        from_json(outer, stored, trust=[__name__])


@params
class Unrelated:
    lr: float = 0.1
    n: int = 3
