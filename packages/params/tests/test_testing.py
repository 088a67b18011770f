"""`tfaip.params.testing`, by a package whose classes change as later versions of it may."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tfaip.params.testing import stored_classes, unreadable_classes

FIRST = """
from abc import ABC, abstractmethod
from tfaip.params import field, params

@params
class ToolParams(ABC):
    length: int = 3
    @abstractmethod
    def cls(self): ...

@params
class SawParams(ToolParams):
    teeth: int = field(default=20)
    sharp: bool = True
    force: float = 1.0
    def cls(self): return int

@params
class OwnerParams:
    name: str
"""
Write = Callable[[str], None]


@pytest.fixture
def write_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write the next version of the package `stored_tools`, as a newly started process would import it."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "stored_tools"
    folder.mkdir()
    (folder / "__init__.py").write_text("from stored_tools.tools import ToolParams\n__all__ = ['ToolParams']\n")

    def forget() -> None:
        for name in [name for name in sys.modules if name.startswith("stored_tools")]:
            del sys.modules[name]

    def write(source: str) -> None:
        forget()
        monkeypatch.setattr("tfaip.params.registry._CLASSES", {})
        (folder / "tools.py").write_text(source)

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield write
    forget()


def test_each_class_that_can_be_made_is_stored_with_values_that_are_no_defaults(write_tools: Write) -> None:
    write_tools(FIRST)
    assert stored_classes("stored_tools") == [
        {
            "base": "stored_tools:ToolParams",
            "params": {
                "__cls__": "stored_tools.tools:SawParams",
                "length": 4,
                "teeth": 21,
                "sharp": False,
                "force": 0.75,
            },
        }
    ]


def test_the_same_classes_read_what_they_stored(write_tools: Write) -> None:
    write_tools(FIRST)
    assert unreadable_classes(stored_classes("stored_tools")) == {}


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("teeth: int = field(default=20)", "points: int = 20", "$.teeth: SawParams has no such field"),
        ("teeth: int = field(default=20)", "teeth: bool = field(default=True)", "$.teeth: expects bool, got 21"),
        ("def cls(self): return int", "cls = int\n    def post_init(self): self.force = 1", "$.force: stored as 0.75"),
        ("class SawParams", "class HacksawParams", "$.__cls__: stored_tools.tools:SawParams: there is no 'SawParams'"),
    ],
)
def test_what_a_later_version_cannot_read_is_told(write_tools: Write, before: str, after: str, problem: str) -> None:
    write_tools(FIRST)
    stored = stored_classes("stored_tools")
    write_tools(FIRST.replace(before, after))
    assert unreadable_classes(stored)["stored_tools.tools:SawParams"].startswith(problem)


def test_a_renamed_field_is_read_by_its_former_name(write_tools: Write) -> None:
    write_tools(FIRST)
    stored = stored_classes("stored_tools")
    write_tools(FIRST.replace("teeth: int = field(", "points: int = field(former_names=['teeth'], "))
    assert unreadable_classes(stored) == {}
