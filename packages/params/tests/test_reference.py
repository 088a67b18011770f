"""The Markdown reference and its command."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable

import params_zoo as zoo
import pytest

from tfaip.params import markdown_reference
from tfaip.params.__main__ import main


def test_reference_of_a_tree(snapshot: Callable[[str], None]) -> None:
    snapshot(markdown_reference(zoo.TrainerParams, root="trainer"))


def test_every_alternative_class_has_one_table() -> None:
    text = markdown_reference(zoo.TrainerParams, root="trainer")
    for tag in ("params_zoo:AdamParams", "params_zoo:SGDParams", "params_zoo:WarmstartParams"):
        assert text.count(f"Class `{tag}`.") == 1


def test_classes_of_elements_that_are_not_there_have_tables() -> None:
    text = markdown_reference(zoo.NetParams, default=zoo.NetParams(layers=[], heads={}))
    assert "## `--layers.N`: Conv" in text
    assert text.count("Class `params_zoo:DenseParams`.") == 1


def test_values_of_an_instance_are_shown() -> None:
    text = markdown_reference(zoo.SizeParams, default=zoo.SizeParams(width=77), level=4)
    assert text.startswith("#### Size\n")
    assert "| `--width` | `int` | `77` |  |" in text


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tfaip.params.__main__")
    monkeypatch.setattr("sys.argv", ["params", "params_zoo:SizeParams", "--root", "size", "--level", "3"])
    runpy.run_module("tfaip.params", run_name="__main__")
    assert capsys.readouterr().out == markdown_reference(zoo.SizeParams, root="size", level=3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("params_zoo:Missing", "CLASS: params_zoo:Missing: there is no 'Missing' in params_zoo"),
        ("params_zoo:Color", "CLASS: params_zoo:Color is no params class"),
        ("", "CLASS: is required (str)"),
        ("params_zoo:SizeParams --level x", "--level: must be a whole number, got 'x'"),
    ],
)
def test_mistakes_of_the_command(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(line.split())
    assert caught.value.code == 2
    assert f"python -m tfaip.params: error: {message}" in capsys.readouterr().err
