"""A text below a field serves help, schemas, documents and messages, unless `field(help=...)` says something."""

from __future__ import annotations

import dataclasses
import importlib
import linecache
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfaip.params import CommandLine, field, json_schema, markdown_reference, params
from tfaip.params.defining import attribute_docs
from tfaip.params.defining.structure import fields_of


@params
class BaseParams:
    rate: float = 0.1
    """Learning rate
    of the first layer.

    Not for help.
    """

    depth: int = field(default=1, help="Number of layers")
    """Is passed over."""

    plain: int = 0

    required: int
    "Units of the output."


@params
class DerivedParams(BaseParams):
    rate: float = 0.2

    plain: int = 1
    """Has a text here."""


@dataclasses.dataclass
class DataParams:
    size: int = 1
    """Size of it."""


def helps(cls: type[Any]) -> dict[str, str]:
    return {name: spec.help for name, spec in fields_of(cls).items()}


def test_the_text_below_a_field_is_its_help() -> None:
    assert helps(BaseParams) == {
        "rate": "Learning rate of the first layer.",
        "depth": "Number of layers",
        "plain": "",
        "required": "Units of the output.",
    }
    assert helps(DataParams) == {"size": "Size of it."}


def test_a_subclass_keeps_the_text_of_its_base_unless_it_has_one() -> None:
    assert helps(DerivedParams)["rate"] == "Learning rate of the first layer."
    assert helps(DerivedParams)["plain"] == "Has a text here."


def test_a_class_in_a_function_has_its_own() -> None:
    @params
    class BaseParams:
        rate: float = 0.1
        """Another rate."""

    assert helps(BaseParams) == {"rate": "Another rate."}


def test_help_schemas_documents_and_messages_show_it(
    capsys: pytest.CaptureFixture[str], mistakes: Callable[..., str]
) -> None:
    text = "Learning rate of the first layer."
    command = CommandLine("prog")
    command.add_root("", BaseParams)
    for request in ("--help", "--show-schema"):
        with pytest.raises(SystemExit):
            command.parse([request])
        assert text in " ".join(capsys.readouterr().out.split())
    assert text in str(json_schema(BaseParams))
    assert text in markdown_reference(BaseParams)
    assert mistakes(BaseParams, "") == "--required: is required (int)\n  Units of the output."


def test_classes_without_source_and_edited_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert helps(params(type("Made", (), {"__annotations__": {"x": int}, "x": 1}))) == {"x": ""}
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "edited_params.py"
    source = "from tfaip.params import params\n@params\nclass P:\n    x: int = 1\n    'TEXT'\n"
    file.write_text(source.replace("TEXT", "Before."))
    module = importlib.import_module("edited_params")
    assert helps(module.P) == {"x": "Before."}
    file.write_text(source.replace("TEXT", "After the change."))
    assert helps(importlib.reload(module).P) == {"x": "After the change."}
    del sys.modules["edited_params"]


@pytest.mark.parametrize("decorator", ["params", "params(name='Cell')"])
def test_a_class_in_a_cell_of_a_notebook_has_texts(decorator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = types.ModuleType("notebook_main")
    monkeypatch.setitem(sys.modules, "notebook_main", notebook)
    for number, text in enumerate(["Before.", "After the cell ran again."]):
        cell = f"from tfaip.params import params\n@{decorator}\nclass CellParams:\n    x: int = 1\n    '{text}'\n"
        name = f"/tmp/ipykernel_1/{number}.py"
        # As a kernel does, so that tracebacks show the code of cells.
        monkeypatch.setitem(linecache.cache, name, (len(cell), None, cell.splitlines(keepends=True), name))
        exec(compile(cell, name, "exec"), vars(notebook))
        assert helps(notebook.CellParams) == {"x": text}


def test_the_source_is_read_once_for_all_fields_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = "".join(f"    x{number}: int = 1\n    '''Number {number}.'''\n" for number in range(300))
    source = f"from tfaip.params import params\n@params\nclass Many:\n{fields}"
    (tmp_path / "of_many_fields.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    read: list[str] = []
    docs_in = attribute_docs._docs_in
    monkeypatch.setattr(attribute_docs, "_docs_in", lambda text: [read.append(text), docs_in(text)][1])
    cls = importlib.import_module("of_many_fields").Many
    assert [attribute_docs.attribute_doc(cls, f"x{number}") for number in range(300)] == [
        f"Number {number}." for number in range(300)
    ]
    assert read == [source]
