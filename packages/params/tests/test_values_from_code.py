"""`with_values` and `replace`: code changes params by the rules and with the messages of the command line."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any

import pytest
from attrs.validators import gt

from tfaip.params import CommandLineError, DefinitionError, field, params, replace, with_values


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@params(name="GivenLayer")
class LayerParams:
    k: int = 1


@params(name="GivenConv")
class ConvParams(LayerParams):
    f: int = 3


@params
class AllParams:
    lr: float = field(default=0.1, validator=gt(0))
    steps: int = 1
    text: str = "a"
    colour: Colour = Colour.RED
    day: date | None = None
    x: list[float] = field(factory=lambda: [1.0, 2.0])
    d: dict[str, int] = field(factory=lambda: {"a": 1})
    t: tuple[int, str] = (1, "a")
    layer: LayerParams = field(factory=LayerParams)
    maybe: LayerParams | None = None
    closed: LayerParams = field(factory=ConvParams, choices=[ConvParams], enforce_choices=True)
    layers: list[LayerParams] = field(factory=lambda: [LayerParams(), ConvParams()])
    heads: dict[str, LayerParams] = field(factory=lambda: {"one": LayerParams()})
    halved: float = field(default=0.0, mode="hidden")
    short: int = field(default=1, mode="root")
    secret: int = field(default=1, mode="hidden")
    table: object = field(default=None, mode="hidden")

    def post_init(self) -> None:
        self.halved = self.lr / 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"lr": 2}, {"lr": 2.0}),
        ({"lr": "2"}, {"lr": 2.0}),
        ({"text": "none"}, {"text": "none"}),
        ({"colour": Colour.BLUE}, {"colour": Colour.BLUE}),
        ({"colour": "blue"}, {"colour": Colour.BLUE}),
        ({"day": date(2024, 1, 2)}, {"day": date(2024, 1, 2)}),
        ({"day": "2024-01-02"}, {"day": date(2024, 1, 2)}),
        ({"x": (3, 4)}, {"x": [3.0, 4.0]}),
        ({"x": []}, {"x": []}),
        ({"x+": 3}, {"x": [1.0, 2.0, 3.0]}),
        ({"x+": [3, 4], "x.0": 9}, {"x": [9.0, 2.0, 3.0, 4.0]}),
        ({"x.drop": 0}, {"x": [2.0]}),
        ({"d": {"b": 2}}, {"d": {"b": 2}}),
        ({"d+": {"b": 2}}, {"d": {"a": 1, "b": 2}}),
        ({"d.b": 2}, {"d": {"a": 1, "b": 2}}),
        ({"t": (2, "b")}, {"t": (2, "b")}),
        ({"layer": "GivenConv", "layer.f": 4}, {"layer": ConvParams(f=4)}),
        ({"layer": ConvParams}, {"layer": ConvParams()}),
        ({"layer": ConvParams(f=5)}, {"layer": ConvParams(f=5)}),
        ({"layer": {"k": 5}}, {"layer": LayerParams(k=5)}),
        ({"maybe": ConvParams(f=5)}, {"maybe": ConvParams(f=5)}),
        ({"maybe.k": 3}, {"maybe": LayerParams(k=3)}),
        ({"layers": [ConvParams(f=9), LayerParams, "GivenConv", {"k": 4}]}, None),
        ({"layers+": ConvParams}, {"layers": [LayerParams(), ConvParams(), ConvParams()]}),
        ({"layers.-1.k": 5}, {"layers": [LayerParams(), ConvParams(k=5)]}),
        ({"layers.0": ConvParams(f=7)}, {"layers": [ConvParams(f=7), ConvParams()]}),
        ({"heads.two": ConvParams(f=7)}, {"heads": {"one": LayerParams(), "two": ConvParams(f=7)}}),
        ({"short": 4}, {"short": 4}),
        ({"secret": 4}, {"secret": 4}),
        ({"table": {"a": object}}, {"table": {"a": object}}),
        ({"table": "a text"}, {"table": "a text"}),
    ],
)
def test_values_are_those_of_a_new_object(values: dict[str, Any], expected: dict[str, Any] | None) -> None:
    before = AllParams()
    made = with_values(before, values)
    if expected is None:
        expected = {"layers": [ConvParams(f=9), LayerParams(), ConvParams(), LayerParams(k=4)]}
    right = AllParams(**expected)
    right.post_init()
    assert made == right
    assert before == AllParams()
    assert type(made.lr) is float


def test_the_object_shares_nothing_that_changes_with_what_was_given() -> None:
    numbers, layer = [1.0], LayerParams()
    made = with_values(AllParams(), {"x": numbers, "layer": layer})
    made.x.append(2.0)
    made.layer.k = 9
    assert (numbers, layer.k) == ([1.0], 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lrr": 1}, "--lrr: unknown argument\n  did you mean --lr?"),
        ({"layer.f": 1}, "--layer.f: unknown argument\n  f belongs to GivenConv, not to GivenLayer"),
        ({"lr": -1}, "--lr: must be > 0, got -1.0"),
        ({"steps": 7.5}, "--steps: expects int, got 7.5"),
        ({"steps": "many"}, "--steps: must be a whole number, got 'many'"),
        ({"steps": None}, "--steps: expects int, got none"),
        ({"t": (1, 2)}, "--t: $[1]: expects str, got 2"),
        ({"layer": "GivenKonv"}, "--layer: no class named 'GivenKonv'"),
        ({"layer": AllParams()}, "--layer: expects the fields of a LayerParams"),
        ({"layer": int}, "--layer: $.__cls__: builtins:int is no params class"),
        ({"closed": LayerParams()}, "--closed: $.__cls__: GivenLayer isn't supported here, allowed: GivenConv"),
        ({"layers.5": 1}, "--layers.5: unknown argument\n  --layers has the elements 0, 1"),
        ({"x.5": 1}, "--x.5: there is no position 5"),
        ({"secret": 0.5}, "--secret: expects int, got 0.5"),
    ],
)
def test_mistakes_are_those_of_the_line(values: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        with_values(AllParams(), values)
    assert str(caught.value).startswith(message)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(CommandLineError) as caught:
        with_values(AllParams(), {"steps": 0.5, "lrr": 1})
    assert [mistake.where for mistake in caught.value.mistakes] == ["--steps", "--lrr"]


def test_replace_takes_the_fields_as_keywords() -> None:
    made = replace(AllParams(lr=0.5), steps=3, layer=ConvParams)
    assert (made.lr, made.steps, made.layer, made.halved) == (0.5, 3, ConvParams(), 0.25)
    with pytest.raises(CommandLineError, match="--lrr: unknown argument"):
        replace(AllParams(), lrr=3)


@params
class InnerParams:
    rate: float = field(default=0.1, mode="root")


@params
class OuterParams:
    inner: InnerParams = field(factory=InnerParams)
    rate: float = field(default=0.2, mode="hidden")


def test_the_path_to_a_hidden_field_comes_before_the_short_name_of_another() -> None:
    made = replace(OuterParams(), rate=1)
    assert (made.rate, made.inner.rate) == (1.0, 0.1)
    made = with_values(OuterParams(), {"inner.rate": 2})
    assert (made.rate, made.inner.rate) == (0.2, 2.0)


def test_only_params_have_values() -> None:
    with pytest.raises(DefinitionError, match="expects a params class"):
        with_values(3, {"x": 1})


def test_text_of_a_file_imports_no_class_that_is_not_trusted():
    with pytest.raises(CommandLineError, match="isn't trusted"):
        with_values(AllParams(), {"layer": "stranger.module:X"}, trust=())
