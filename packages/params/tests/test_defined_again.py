"""A notebook's cell that runs again defines its classes again; those of other cells hold the older ones."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from tfaip.params import field, from_json, params, to_argv, to_json, with_values
from tfaip.params.registry import find_tag, tag_of

PARTS = """
@params
class PartParams:
    k: int = 1

@params(name="Fine")
class FinePartParams(PartParams):
    depth: int = 2
"""

HOLDER = """
@params
class HolderParams:
    part: PartParams = field(factory=FinePartParams)
    maybe: PartParams | None = None
    many: list[PartParams] = field(factory=list)
"""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A notebook whose first cell ran again, with one more field."""
    made: Any = types.ModuleType("notebook_of_parts")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    vars(made).update(params=params, field=field)
    for cell in [PARTS, HOLDER, PARTS.replace("k: int = 1", "k: int = 1\n    width: float = 0.5")]:
        # Without this file's `from __future__ import annotations`: a notebook's annotations are the classes themselves.
        exec(compile(cell, "<cell>", "exec", dont_inherit=True), vars(made))
    return made


def test_a_class_of_another_cell_holds_the_older_and_the_newer_class(notebook: Any) -> None:
    default, newer = notebook.HolderParams(), notebook.HolderParams(part=notebook.FinePartParams(width=3))
    assert not hasattr(default.part, "width")
    assert from_json(notebook.HolderParams, to_json(default)).part == notebook.FinePartParams()
    assert from_json(notebook.HolderParams, to_json(newer)) == newer
    assert with_values(default, {"many+": notebook.PartParams(width=3)}).many == [notebook.PartParams(width=3)]


def test_a_line_selects_the_newer_class(notebook: Any, read: Callable[..., Any], mistakes: Callable[..., str]) -> None:
    found = read(notebook.HolderParams, "--part Fine --part.width 3 --many Part Fine --many.1.width 4")
    assert found.part == notebook.FinePartParams(width=3)
    assert found.many[1] == notebook.FinePartParams(width=4)
    assert read(notebook.HolderParams, to_argv(found)) == found
    text = mistakes(notebook.HolderParams, "--part Fin")
    assert text.startswith("--part: no class named 'Fin'\n  allowed: Part, Fine, or module:Class\n  did you mean Fine?")


def test_defining_a_class_again_replaces_it() -> None:
    def define(value: int) -> type:
        @params
        class Again:
            x: int = value

        return Again

    first, second = define(1), define(2)
    assert find_tag(tag_of(first)) is second
