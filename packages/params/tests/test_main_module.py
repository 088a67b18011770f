"""Definitions of `__main__`: a file may name those of a notebook, not those of a script."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from tfaip.params import LoadError, Trust, field, from_dict, params, to_dict
from tfaip.params.registry import find_tag, tag_of
from tfaip.params.trust.main_module import is_interactive, named_in_main

CELL = """
from os import system

@params
class SizeParams:
    width: int = 1

def double(number):
    return 2 * number
"""


@params
class UserParams:
    function: Callable[..., Any] = field(default=len)
    part: Any = None


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module `__main__` of a script that defines something."""
    made: Any = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", made)
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.delattr(sys, "ps1", raising=False)
    vars(made).update(params=params, os=os)
    exec(compile(CELL, "<cell>", "exec", dont_inherit=True), vars(made))
    return made


def kernel(monkeypatch: pytest.MonkeyPatch, user_module: Any) -> None:
    shell = types.SimpleNamespace(user_module=user_module)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))


def test_a_notebook_is_interactive_and_a_script_that_it_runs_is_not(main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_interactive()
    kernel(monkeypatch, main)
    assert is_interactive()
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))  # as %run does
    assert not is_interactive()


@pytest.mark.parametrize(("options", "expected"), [(["-i"], "True"), ([], "False")])
def test_a_prompt_is_interactive(options: list[str], expected: str) -> None:
    code = "from tfaip.params.trust.main_module import is_interactive; print(is_interactive())\n"
    done = subprocess.run([sys.executable, *options, "-"], input=code, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


def test_a_file_names_functions_that_cells_define(main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = to_dict(UserParams(function=main.double))
    assert stored["function"] == "__main__:double"
    with pytest.raises(
        LoadError, match=r"(?s)__main__:double was defined in a notebook or script.*trust=\['__main__'\]"
    ):
        from_dict(UserParams, stored)
    assert from_dict(UserParams, stored, trust=["__main__"]).function is main.double
    kernel(monkeypatch, main)
    assert from_dict(UserParams, stored).function is main.double


@pytest.mark.parametrize("name", ["os.system", "system", "params", "SizeParams.mro", "__builtins__.eval", "gone"])
def test_a_file_names_nothing_that_cells_only_import(main: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    kernel(monkeypatch, main)
    with pytest.raises(LoadError, match=f"{name} isn't defined here"):
        from_dict(UserParams, {"function": f"__main__:{name}"})
    assert named_in_main(name) is None


def test_what_no_cell_has_defined_yet_is_told_with_what_to_do(main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"__cls__": "__main__:NoSuchParams"}
    with pytest.raises(LoadError, match="defined in a notebook or script, where no other process finds it\n.*module"):
        from_dict(UserParams, data)
    kernel(monkeypatch, main)
    with pytest.raises(LoadError, match="run the cells that define it, or move its classes to a module"):
        from_dict(UserParams, data)


def test_trust_of_other_packages_is_none_of_main(main: Any) -> None:
    for refused in (Trust(["os"]).check, Trust(["os"]).vouch):
        with pytest.raises(ValueError, match="defined in a notebook or script"):
            refused("__main__:double")
    Trust(["__main__"]).check("__main__:double")


def test_a_script_that_multiprocessing_imports_again_keeps_its_tags() -> None:
    made = type("AgainParams", (), {"__module__": "__mp_main__", "__annotations__": {"width": int}, "width": 1})
    again = params(made)
    assert tag_of(again) == "__main__:AgainParams"
    assert find_tag("__main__:AgainParams") is again
