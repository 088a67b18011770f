"""Public names: one list in a stub serves type checkers, `dir()`, `import *` and loading when asked for."""

from __future__ import annotations

import importlib
import pickle
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

import tfaip.params
from tfaip.params import MissingExtraError
from tfaip.params.public_names import public_subclasses


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, stub: str | None, options: str = "") -> ModuleType:
    """Import a package of this stub, whose module `tools` has the functions `measure` and `weigh`."""
    home = folder / "lazy_package"
    home.mkdir()
    (home / "__init__.py").write_text(
        "from tfaip.params.public_names import public_names\n"
        f"__getattr__, __dir__, __all__ = public_names(__name__{options})\n"
    )
    (home / "tools.py").write_text("def measure(): return 1\ndef weigh(): return 2\n")
    if stub is not None:
        (home / "__init__.pyi").write_text(stub)
    monkeypatch.syspath_prepend(str(folder))
    for name in ("lazy_package", "lazy_package.tools"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("lazy_package")


STUB = """\
\"\"\"The names.\"\"\"

from lazy_package.tools import measure as measure
from lazy_package.tools import weigh as weigh_it
"""


def test_a_name_is_loaded_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lazy = package(tmp_path, monkeypatch, STUB)
    assert "lazy_package.tools" not in sys.modules
    assert lazy.__all__ == ["measure", "weigh_it"]
    assert {"measure", "weigh_it"} <= set(dir(lazy))
    assert lazy.weigh_it() == 2
    assert vars(lazy)["weigh_it"] is lazy.weigh_it  # the second time without __getattr__


def test_a_stub_takes_over_the_names_of_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    package(inner, monkeypatch, STUB)
    (tmp_path / "outer_package").mkdir()
    (tmp_path / "outer_package/__init__.py").write_text(
        "from tfaip.params.public_names import public_names\n__getattr__, __dir__, __all__ = public_names(__name__)\n"
    )
    (tmp_path / "outer_package/__init__.pyi").write_text("from lazy_package import *\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "outer_package", raising=False)
    outer = importlib.import_module("outer_package")
    assert "lazy_package.tools" not in sys.modules
    assert outer.__all__ == ["measure", "weigh_it"]
    assert outer.weigh_it() == 2


def test_the_public_subclasses_of_a_base_are_those_that_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("ZedParams", "aleParams", "BaseParams", "OtherParams", "Zed")
    lazy = package(tmp_path, monkeypatch, "".join(f"from lazy_package.kinds import {n} as {n}\n" for n in names))
    (tmp_path / "lazy_package/kinds.py").write_text(
        "import abc\n"
        "class BaseParams(abc.ABC):\n    @abc.abstractmethod\n    def cls(self): ...\n"
        "class ZedParams(BaseParams):\n    def cls(self): ...\n"
        "class aleParams(ZedParams): pass\n"
        "class OtherParams: pass\n"
        "class Zed(ZedParams): pass\n"
    )
    monkeypatch.delitem(sys.modules, "lazy_package.kinds", raising=False)
    found = public_subclasses("lazy_package", lazy.BaseParams)
    assert [cls.__name__ for cls in found] == ["aleParams", "ZedParams"]


def test_unlisted_names_are_left_out_by_star_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lazy = package(tmp_path, monkeypatch, STUB, ", unlisted=['measure']")
    assert lazy.__all__ == ["weigh_it"]
    assert "measure" in dir(lazy)
    assert lazy.measure() == 1


def test_a_misspelt_name_is_an_attribute_error_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy = package(tmp_path, monkeypatch, STUB)
    with pytest.raises(AttributeError) as caught:
        _ = lazy.mesure
    assert str(caught.value) == "module 'lazy_package' has no attribute 'mesure'; did you mean measure?"
    assert caught.value.name == "mesure"
    assert not hasattr(lazy, "quux")
    with pytest.raises(ImportError, match="cannot import name 'mesure'"):
        from lazy_package import mesure  # noqa: F401


@pytest.mark.parametrize(
    "line", ["from lazy_package.tools import measure", "from .tools import a as a, b as b", "import lazy_package.tools"]
)
def test_a_line_of_another_form_is_refused(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportError, match="expects `from MODULE import NAME as NAME`, got 'from|import"):
        package(tmp_path, monkeypatch, line + "\n")


def test_a_package_in_an_archive_has_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, monkeypatch, STUB)
    archive = shutil.make_archive(str(tmp_path / "archive"), "zip", tmp_path, "lazy_package")
    monkeypatch.delitem(sys.modules, "lazy_package")
    monkeypatch.setattr(sys, "path", [archive])
    lazy = importlib.import_module("lazy_package")
    assert lazy.__file__.startswith(archive)
    assert lazy.weigh_it() == 2


def test_a_name_that_is_a_module_too_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportError, match="tools is a public name and a module of lazy_package; rename the module"):
        package(tmp_path, monkeypatch, "from lazy_package.tools import measure as tools\n")


def test_a_package_without_its_stub_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportError, match=r"lazy_package has no list of its public names: .*__init__\.pyi"):
        package(tmp_path, monkeypatch, None)


def test_every_public_name_exists() -> None:
    for name in tfaip.params.__all__:
        assert getattr(tfaip.params, name) is not None
    assert set(tfaip.params.__all__) <= set(dir(tfaip.params))
    with pytest.raises(AttributeError, match="no attribute 'prams'; did you mean params"):
        _ = tfaip.params.prams


def test_a_missing_library_is_named_with_its_extra(tmp_path, monkeypatch):
    package = tmp_path / "light"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from tfaip.params.public_names import public_names\n"
        "__getattr__, __dir__, __all__ = public_names(__name__, extras={'no_library': 'light[full]'})\n"
    )
    (package / "__init__.pyi").write_text(
        "from light.heavy import Heavy as Heavy\nfrom light.other import Other as Other\n"
    )
    (package / "heavy.py").write_text("import no_library\n")
    (package / "other.py").write_text("import no_other_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    light = importlib.import_module("light")
    with pytest.raises(MissingExtraError, match=r"light.Heavy needs no_library, .* 'light\[full\]'") as told:
        light.Heavy  # noqa: B018 - the name is loaded
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_other_library'"):
        light.Other  # noqa: B018 - the name is loaded
