"""How words of the command line become values of each type, and which words are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, NewType, Optional, Set, Tuple, TypeVar, Union  # noqa: UP035

import params_zoo as zoo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaip.params import params
from tfaip.params.values.annotations import UnsupportedAnnotation, kind_of
from tfaip.params.values.anything import words_of
from tfaip.params.values.base import ValueType, read_words
from tfaip.params.values.moments import format_timedelta, parse_timedelta
from tfaip.params.values.problem import ValueProblem

UserId = NewType("UserId", int)
Bound = TypeVar("Bound", bound=int)
Either = TypeVar("Either", int, str)


def kind(annotation: Any) -> ValueType:
    found = kind_of(annotation)
    assert isinstance(found, ValueType)
    return found


@pytest.mark.parametrize(
    ("annotation", "words", "value"),
    [
        (int, "12", 12),
        (int, "-1_000", -1000),
        (int, "0x1f", 31),
        (float, "1e-3", 0.001),
        (float, "-inf", float("-inf")),
        (str, "none", "none"),
        (bool, "", True),
        (bool, "Yes", True),
        (bool, "1", True),
        (bool, "no", False),
        (bool, "0", False),
        (bool, "FALSE", False),
        (Path, "a/b", Path("a/b")),
        (zoo.Color, "red", zoo.Color.RED),
        (zoo.Color, "GREEN", zoo.Color.GREEN),
        (zoo.Level, "2", zoo.Level.HIGH),
        (zoo.Level, "LOW", zoo.Level.LOW),
        (zoo.Shape, "WIDE", zoo.Shape.WIDE),
        (Literal["a", 2, True], "2", 2),
        (Literal["a", 2, True], "true", True),
        (Literal[zoo.Color.RED], "red", zoo.Color.RED),
        (Literal["a", None], "none", None),
        (Literal["a", None], "NULL", None),
        (Literal["none", None], "none", "none"),
        (Literal["none", None], "null", None),
        (Literal[True, False], "True", True),
        (Literal[True, 1], "1", 1),
        (Literal["yes", True], "yes", "yes"),
        (Literal["no", False], "No", False),
        (int | None, "none", None),
        (Optional[int], "Null", None),  # noqa: UP045
        (int | None, "3", 3),
        (int | str, "3", 3),
        (int | str, "three", "three"),
        (Union[float, str], "3", 3.0),  # noqa: UP007
        (bool | int, "1", 1),
        (bool | int, "true", True),
        (Path | date, "2026-01-31", date(2026, 1, 31)),
        (Path | date, "31", Path("31")),
        (datetime, "2026-01-31T12:30:00", datetime(2026, 1, 31, 12, 30)),
        (time, "12:30", time(12, 30)),
        (timedelta, "1h30m", timedelta(hours=1, minutes=30)),
        (timedelta, "-90", timedelta(seconds=-90)),
        (timedelta, "12:00:00", timedelta(hours=12)),
        (timedelta, "36:00:01.5", timedelta(hours=36, seconds=1.5)),
        (timedelta, "2-12:00:00", timedelta(days=2.5)),
        (timedelta, "-0:00:30", timedelta(seconds=-30)),
        (list[int], "1 2", [1, 2]),
        (List[int], "1", [1]),  # noqa: UP006
        (Sequence[str], "a b", ["a", "b"]),
        (list[int], "", []),
        (set[str], "a a", {"a"}),
        (Set[zoo.Color], "red", {zoo.Color.RED}),  # noqa: UP006
        (frozenset[int], "1", frozenset({1})),
        (tuple[int, str], "1 a", (1, "a")),
        (Tuple[float, ...], "1 2", (1.0, 2.0)),  # noqa: UP006
        (tuple[bool, ...], "true no", (True, False)),
        (list[int | None], "1 none", [1, None]),
        (list[int] | None, "none", None),
        (list[int] | None, "1 2", [1, 2]),
        (list[int | None] | None, "none 1", [None, 1]),
        (dict[str, int], "a=1 b=2 a=3", {"a": 3, "b": 2}),
        (Dict[int, bool], "1=False", {1: False}),  # noqa: UP006
        (Mapping[str, str], "a=b=c", {"a": "b=c"}),
        (dict[zoo.Level, float], "2=0.5", {zoo.Level.HIGH: 0.5}),
        (Annotated[int, "note"], "3", 3),
        (UserId, "3", 3),
        (Bound, "3", 3),
        (Either, "3", 3),
    ],
)
def test_words_become_values(annotation: Any, words: str, value: Any) -> None:
    read = read_words(kind(annotation), words.split())
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("annotation", "words", "problem"),
    [
        (int, "1.5", "must be a whole number, got '1.5'"),
        (int, "", "expects one value (int), got none"),
        (int, "1 2", "expects one value (int), got 2"),
        (float, "fast", "must be a number, got 'fast'"),
        (bool, "on", "must be true, yes, 1, false, no, 0 or nothing, got 'on'"),
        (bool, "2", "must be true, yes, 1, false, no, 0 or nothing, got '2'"),
        (zoo.Color, "blue", "must be one of red, green, got 'blue'"),
        (Literal["a", "b"], "c", "must be one of a, b, got 'c'"),
        (Literal["a", None, True], "c", "must be one of a, none, true, got 'c'"),
        (int | float, "x", "must be int or float, got 'x'"),
        (datetime, "today", "must be a datetime like 2026-01-31T12:00:00, got 'today'"),
        (date, "31.1.", "must be a date like 2026-01-31, got '31.1.'"),
        (time, "noon", "must be a time like 12:00:00, got 'noon'"),
        (timedelta, "1w", "must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got '1w'"),
        (
            timedelta,
            "12:60:00",
            "must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got '12:60:00'",
        ),
        (timedelta, "12:00", "must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got '12:00'"),
        (timedelta, "1e99", "must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got '1e99'"),
        (tuple[int, int], "1", "expects 2 values (tuple[int, int]), got 1"),
        (tuple[int, int], "", "expects 2 values (tuple[int, int]), got none"),
        (list[int], "1 x", "must be a whole number, got 'x'"),
        (dict[str, int], "a", "expects key=value (dict[str, int]), got 'a'"),
        (dict[str, int], "a=b", "must be a whole number, got 'b'"),
        (int | None, "nothing", "must be a whole number, got 'nothing'"),
    ],
)
def test_wrong_words_are_refused_with_the_rule_and_the_value(annotation: Any, words: str, problem: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        read_words(kind(annotation), words.split())
    assert caught.value.problem == problem


def test_an_empty_word_is_no_path() -> None:
    with pytest.raises(ValueProblem, match="must be a path, got ''"):
        read_words(kind(Path), [""])


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (slice, "slice can't come from the command line"),
        (list[dict[str, slice]], "slice can't come from the command line"),
        (dict[tuple[int, int], int], "the keys of a dict are single values, got tuple[int, int]"),
        (set[zoo.SizeParams], "params can be held in a list, a tuple or a dict, not in a set, unless they are frozen"),
        (type(None), "None alone is no value to choose"),
    ],
)
def test_types_that_cannot_come_from_the_command_line(annotation: Any, problem: str) -> None:
    with pytest.raises(UnsupportedAnnotation) as caught:
        kind_of(annotation)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "words", "taken"),
    [
        (bool, "maybe", 0),
        (bool, "yes no", 1),
        (int, "1 2", 1),
        (int, "", 0),
        (list[int], "1 2", 2),
        (tuple[int, int], "1 2 3", 2),
        (dict[str, int], "a=1 b=2", 2),
        (list[int] | None, "none x", 1),
        (bool | None, "maybe", 0),
        (bool | None, "null", 1),
        (list[int | None] | None, "none 1", 2),
        (tuple[int, int] | None, "none 1", 1),
    ],
)
def test_how_many_words_a_type_takes(annotation: Any, words: str, taken: int) -> None:
    assert kind(annotation).take(words.split()) == taken


ROUND_TRIPS = [
    (int, st.integers()),
    (float, st.floats(allow_nan=False)),
    (str, st.text()),
    (bool, st.booleans()),
    (zoo.Color, st.sampled_from(zoo.Color)),
    (zoo.Level, st.sampled_from(zoo.Level)),
    (zoo.Shape, st.sampled_from(zoo.Shape)),
    (Literal["a", 2, True], st.sampled_from(["a", 2, True])),
    (Literal["none", None, "1", True], st.sampled_from(["none", None, "1", True])),
    (timedelta, st.timedeltas()),
    (datetime, st.datetimes()),
    (date, st.dates()),
    (int | None, st.none() | st.integers()),
    (bool | int | float, st.booleans() | st.integers() | st.floats(allow_nan=False)),
    (list[int], st.lists(st.integers())),
    (set[int], st.sets(st.integers())),
    (tuple[int, bool], st.tuples(st.integers(), st.booleans())),
    (dict[int, float], st.dictionaries(st.integers(), st.floats(allow_nan=False))),
]


@pytest.mark.parametrize(("annotation", "values"), ROUND_TRIPS, ids=[str(a) for a, _ in ROUND_TRIPS])
def test_what_is_written_is_read_back(annotation: Any, values: st.SearchStrategy[Any]) -> None:
    @given(values)
    def check(value: Any) -> None:
        read = read_words(kind(annotation), words_of(kind(annotation), value))
        assert read == value
        assert type(read) is type(value)

    check()


def test_an_enum_prefers_the_value_to_the_name() -> None:
    class Swapped(Enum):
        A = "B"
        B = "A"

    assert read_words(kind(Swapped), ["B"]) is Swapped.A


@pytest.mark.parametrize(
    ("duration", "word"),
    [
        (timedelta(0), "0s"),
        (timedelta(days=1, seconds=1), "1d1s"),
        (timedelta(microseconds=1500), "0.0015s"),
        (timedelta(minutes=-1), "-1m"),
    ],
)
def test_durations_are_written_short(duration: timedelta, word: str) -> None:
    assert format_timedelta(duration) == word
    assert parse_timedelta(word) == duration


TEXTS = ["none", "NULL", '"none"', '""none""', '"', '""', "a", '"a"', "", "None"]


@pytest.mark.parametrize(
    ("annotation", "values"),
    [
        (str | None, [*TEXTS, None]),
        (list[str] | None, [*([text] for text in TEXTS), ["none", "b"], None, []]),
        (list[str | None], [*([text] for text in TEXTS), [None], [None, "none"], []]),
        (dict[str, str | None], [{"a": text} for text in TEXTS]),
        (tuple[str | None, str], [("none", "none"), (None, "a")]),
    ],
)
def test_every_text_is_written_so_that_it_is_read_again_none_too(annotation: Any, values: list[Any]) -> None:
    for value in values:
        assert read_words(kind(annotation), words_of(kind(annotation), value)) == value


def test_a_quoted_none_is_the_text(read: Callable[..., Any]) -> None:
    @params
    class TextParams:
        text: str | None = None
        texts: list[str] | None = None

    assert read(TextParams, ["--text", '"none"', "--texts", '"none"']) == TextParams(text="none", texts=["none"])
    assert read(TextParams, ["--text", "none", "--texts", "none"]) == TextParams()
    assert read(TextParams, ["--text=--x", "--texts=--a", "--texts+=--b"]) == TextParams(
        text="--x", texts=["--a", "--b"]
    )
