"""Types, choices and defaults are checked when a class is defined, at its first use, and by `check` for tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import pytest

from tfaip.params import Creates, DefinitionError, check, field, params


@params
class PartParams:
    k: int = 1


@params
class OtherPartParams(PartParams):
    pass


def define(annotation: Any, default: Any) -> type[Any]:
    return params(type("Checked", (), {"__annotations__": {"x": annotation}, "x": default}))


@pytest.mark.parametrize(
    ("annotation", "default", "message"),
    [
        (int, "a", "the default: expects int, got 'a'"),
        (int, 1.5, "the default: expects int, got 1.5"),
        (int, None, "the default: expects int, got none; write `... | None` where None is allowed"),
        (str, 3, "the default: expects str, got 3"),
        (bool, 1, "the default: expects bool, got 1"),
        (float | None, "a", "the default: expects float, got 'a'"),
        (tuple[int, int], (1, 2, 3), "the default: expects tuple[int, int], got (1, 2, 3)"),
        (Literal["a", "b"], "c", "the default: must be one of a, b, got 'c'"),
        (str, field(default="c", choices=["a", "b"]), "the default: must be one of a, b, got 'c'"),
        (int, field(default=1, choices=[1, "b"]), "the choice 'b' can't be met, the field holds int"),
        (list[int], field(factory=list, choices=["b"]), "the choice 'b' can't be met, the field holds int"),
        (slice, field(default=None), "slice can't come from the command line"),
        (3, field(default=3), "3 can't come from the command line"),
        (PartParams, field(default=3), "the default: expects PartParams, got 3"),
        (PartParams, field(factory=PartParams, choices=[int]), "choices must be subclasses of PartParams"),
        (
            PartParams,
            field(factory=PartParams, choices=[OtherPartParams], enforce_choices=True),
            "the default is a PartParams, which isn't among the choices OtherPartParams",
        ),
    ],
)
def test_a_mistake_is_told_when_the_class_is_defined(annotation: Any, default: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        define(annotation, default)
    assert str(caught.value).startswith(f"{__name__}:Checked.x: {message}")


@pytest.mark.parametrize(
    ("annotation", "default"),
    [
        (float, 1),
        (list[float], field(factory=lambda: [1])),
        (int | None, None),
        (int, field(default=None, required=True)),
        (int, field(default="3", converter=int)),
        (str, field(default="c", choices=["a", "b"], enforce_choices=False)),
        (str | None, field(default=None, choices=["a", None])),
        (PartParams, field(factory=OtherPartParams)),
        (slice, field(default=None, mode="hidden")),
    ],
)
def test_what_is_right_is_taken(annotation: Any, default: Any) -> None:
    check(define(annotation, default))


def test_strings_of_names_that_exist_are_checked_too() -> None:
    with pytest.raises(DefinitionError, match="TextParams.x: the default: expects int, got 'a'"):

        @params
        class TextParams:
            x: int = "a"  # type: ignore[assignment]  # the mistake


LATER = """
from __future__ import annotations
from tfaip.params import params

@params
class Holder:
    part: Part | None = 3
    own: Holder | None = None

@params
class Part:
    x: Missing = 1
"""


def test_names_that_do_not_exist_yet_are_checked_at_the_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[..., Any]
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "later_params.py").write_text(LATER)
    module = importlib.import_module("later_params")
    with pytest.raises(DefinitionError, match=r"Holder\.part: the default: expects Part | none, got 3"):
        read(module.Holder, "")
    with pytest.raises(DefinitionError, match=r"Part\.\w+: the annotation can't be resolved: name 'Missing' is not"):
        check(module.Part)
    del sys.modules["later_params"]


def test_check_looks_at_factories_and_at_all_classes_below() -> None:
    @params
    class DeepParams:
        y: list[int] = field(factory=lambda: ["a"])

    inner = DeepParams
    middle = params(type("Middle", (), {"__annotations__": {"d": inner}, "d": field(factory=inner)}))
    top = params(
        type(
            "Top",
            (),
            {"__annotations__": {"m": list[middle], "z": int}, "m": field(factory=list), "z": field(factory=str)},
        )
    )
    with pytest.raises(DefinitionError) as caught:
        check(top)
    assert [line.partition(": ")[2] for line in str(caught.value).splitlines()] == [
        "the default: expects int, got ''",
        "the default: expects int, got 'a'",
    ]


T = TypeVar("T")


def test_check_leaves_open_what_subclasses_fill_in() -> None:
    @params
    class OpenParams(Creates[Any], Generic[T]):
        x: T

    check(OpenParams)
    check(PartParams)
