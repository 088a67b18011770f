"""Params are turned back into the words of a command line, which gives the same params."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import params_zoo as zoo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_composing import TREES
from test_params_in_values import MixedParams, PartParams, PointParams, WideParams

from tfaip.params import ParamsError, field, params, parse, to_argv


@params
class TextsParams:
    texts: list[str] = field(factory=list)
    text: str = ""
    pairs: list[tuple[int, str]] = field(factory=list)
    by_name: dict[str, list[int]] = field(factory=dict)
    flag: bool = True
    maybe: list[int] | None = None
    number: float = 0.5
    numbers: dict[str, tuple[float, ...]] = field(factory=dict)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (TextsParams(), []),
        (TextsParams(texts=["a", "b c"]), ["--texts", "a", "b c"]),
        (TextsParams(texts=["--a", "-b", "--"]), ["--texts", "--texts+=--a", "--texts+=-b", "--texts+=--"]),
        (TextsParams(texts=["--a"]), ["--texts=--a"]),
        (TextsParams(text="--x=1"), ["--text=--x=1"]),
        (TextsParams(pairs=[(1, "a"), (-2, "b")]), ["--pairs", "1", "a", "-2", "b"]),
        (TextsParams(by_name={"a": [1]}, flag=False), ["--by_name=a=[1]", "--flag=false"]),
        (TextsParams(maybe=[]), ["--maybe"]),
        (TextsParams(number=float("inf")), ["--number=inf"]),
        (TextsParams(number=3), ["--number=3"]),
        (TextsParams(numbers={"a": (1, 2.5)}), ["--numbers=a=[1, 2.5]"]),
        (MixedParams(either=WideParams(m=3)), ["--either=Wide", "--either.m=3"]),
        (MixedParams(either="Wide of mark"), ["--either=Wide of mark"]),
        (MixedParams(some=(WideParams(m=3), PartParams())), ["--some", "Wide", "Part", "--some.0.m=3"]),
        (
            MixedParams(pair=(PointParams(y=1), PointParams(x=1))),
            ["--pair", "Point", "Point", "--pair.0.y=1", "--pair.1.x=1"],
        ),
        (MixedParams(heads={"a": WideParams(k=2)}), ["--heads=a=Wide", "--heads.a.k=2"]),
    ],
)
def test_params_become_the_words_that_a_person_would_write(value: Any, words: list[str]) -> None:
    assert to_argv(value) == words
    assert parse(type(value), words) == value


@settings(max_examples=60, deadline=None)
@given(value=TREES, default=st.none() | TREES, root=st.sampled_from(["", "trainer"]))
def test_the_words_give_the_same_params(value: zoo.TrainerParams, default: zoo.TrainerParams | None, root: str) -> None:
    from tfaip.params import CommandLine

    command = CommandLine("prog", check_required=False)
    command.add_root(root, zoo.TrainerParams, default=default)
    words = to_argv(value, default=default, root=root)
    assert command.parse_or_raise(words)[root] == value


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        TextsParams,
        texts=st.lists(st.text(max_size=4), max_size=3),
        text=st.text(max_size=5),
        pairs=st.lists(st.tuples(st.integers(), st.text("ab1", max_size=2)), max_size=2),
        by_name=st.dictionaries(st.text(max_size=3), st.lists(st.integers(), max_size=2), max_size=2),
        flag=st.booleans(),
        maybe=st.none() | st.lists(st.integers(), max_size=2),
        number=st.floats(allow_nan=False),
    )
)
def test_texts_of_all_kinds_are_said(value: TextsParams) -> None:
    assert parse(TextsParams, to_argv(value)) == value


def test_what_no_line_says_is_told() -> None:
    @params
    class Hidden:
        secret: int = field(default=1, mode="hidden")
        path: Path = Path("a")

    assert to_argv(Hidden(path=Path("b"))) == ["--path=b"]
    with pytest.raises(ParamsError, match="no command line says these params: --secret: unknown argument"):
        to_argv(Hidden(secret=2))

    @params
    class Converted:
        count: int = field(default=1, converter=lambda value: 2 * value)

    assert to_argv(Converted()) == []
    with pytest.raises(ParamsError, match="no command line says these params: count would be read as another value"):
        to_argv(Converted(count=4))


def test_another_class_than_the_parsed_one_is_selected() -> None:
    words = to_argv(zoo.ConvParams(filters=3), cls=zoo.LayerParams, root="layer")
    assert words == ["--layer=Conv", "--layer.filters=3"]
    assert parse(zoo.LayerParams, words, root="layer") == zoo.ConvParams(filters=3)
