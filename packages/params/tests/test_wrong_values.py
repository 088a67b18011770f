"""Values of a wrong type that code assigns: one sentence that names class, field and type."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from attrs.validators import ge, in_

from tfaip.params import ParamsError, check, field, params


@params
class InnerParams:
    rate: float = 0.1
    names: list[str] = field(factory=list)


@params
class OuterParams:
    epochs: int = field(default=1, validator=[ge(1)])
    folder: Path | None = None
    inner: InnerParams = field(factory=InnerParams)
    several: list[InnerParams] = field(factory=lambda: [InnerParams()])
    kind: str = field(default="a", validator=in_({"a", "b"}))


@pytest.mark.parametrize("value", ["5", None, [1]])
def test_an_assignment_that_a_validator_cannot_judge_names_the_type(value: Any) -> None:
    made = OuterParams()
    with pytest.raises(ParamsError, match=r"^OuterParams.epochs: expects int, got"):
        made.epochs = value
    assert made.epochs == 1
    with pytest.raises(ParamsError, match=r"^OuterParams.epochs: expects int, got"):
        OuterParams(epochs=value)


def test_a_mistake_within_a_validator_stays_its_own() -> None:
    def broken(instance: Any, attribute: Any, value: int) -> None:
        raise TypeError("no such thing")

    @params
    class BrokenParams:
        size: int = field(default=1, validator=broken)

    with pytest.raises(TypeError, match="no such thing"):
        BrokenParams()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda made: setattr(made, "inner", "adam"), "OuterParams.inner: expects InnerParams, got 'adam'"),
        (lambda made: setattr(made, "inner", None), "OuterParams.inner: expects InnerParams, got"),
        (lambda made: setattr(made.inner, "rate", "fast"), "OuterParams.inner.rate: expects float, got 'fast'"),
        (lambda made: setattr(made.several[0], "names", "a"), "OuterParams.several.names: expects list[str], got 'a'"),
        (lambda made: setattr(made, "folder", 3), "OuterParams.folder: expects"),
        (lambda made: setattr(made, "epochs", 5.5), "OuterParams.epochs: expects int, got 5.5"),
    ],
)
def test_a_check_of_an_instance_names_each_wrong_value(change: Any, message: str) -> None:
    made = OuterParams()
    change(made)
    with pytest.raises(ParamsError) as caught:
        check(made)
    assert message in str(caught.value)


def test_a_check_takes_right_values_and_text_for_a_path() -> None:
    made = OuterParams(inner=InnerParams(rate=1))
    made.folder = "runs/x"  # type: ignore[assignment]
    check(made)


class Colour(StrEnum):
    RED = "red"


@params
class Painted:
    colours: set[Colour] = field(factory=set)


def test_the_text_of_an_enum_of_texts_is_as_good_as_its_member():
    check(Painted(colours={"red"}))


def test_a_text_that_is_no_member_of_an_enum_is_refused():
    with pytest.raises(ParamsError, match="expects Colour, got 'blue'"):
        check(Painted(colours={"blue"}))
