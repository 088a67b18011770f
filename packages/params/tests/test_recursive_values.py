"""Values of any depth: each type is read from words, from files and written in one way."""

from __future__ import annotations

import collections
import contextlib
import enum
import math
import os
import re
import sys
import tempfile
import uuid
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from datetime import time
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Network
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NotRequired,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)

import annotated_types as at
import params_zoo as zoo
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from typing_extensions import TypeAliasType

from tfaip.params import (
    CommandLineError,
    DefinitionError,
    LoadError,
    SaveError,
    field,
    from_dict,
    json_schema,
    load,
    params,
    parse,
    save,
    to_dict,
    to_json,
)
from tfaip.params.values.annotations import UnsupportedAnnotation, kind_of
from tfaip.params.values.anything import words_of
from tfaip.params.values.base import ValueType, read_words
from tfaip.params.values.problem import ValueProblem


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    RUN = enum.auto()


class Bits(enum.IntFlag):
    ONE = 1
    FOUR = 4


class Point(NamedTuple):
    x: int
    y: int = 0


class Range(TypedDict):
    low: int
    high: NotRequired[list[int]]


T = TypeVar("T")


class Boxed(NamedTuple, Generic[T]):
    content: T


class Text:
    """A class that plain Python knows nothing of."""


Numbers = TypeAliasType("Numbers", list[int])
Shapes = TypeAliasType("Shapes", dict[str, Numbers])

CASES: list[tuple[Any, str | list[str], Any]] = [
    (list[list[int]], "[1,2] [3]", [[1, 2], [3]]),
    (list[list[int]], ["[[1, 2], [3]]"], [[1, 2], [3]]),
    (list[list[int]], ["[1, 2]"], [[1, 2]]),
    (list[list[int]], [], []),
    (list[int], ["[1, 2]"], [1, 2]),
    (list[str], ["[1, 2]"], ["[1, 2]"]),
    (list[tuple[int, int]], "1 2 3 4", [(1, 2), (3, 4)]),
    (list[tuple[int, int]], "[1,2] [3,4]", [(1, 2), (3, 4)]),
    (list[tuple[int, int]], ["[[1, 2]]"], [(1, 2)]),
    (tuple[tuple[int, int], ...], "1 2 3 4", ((1, 2), (3, 4))),
    (tuple[tuple[int, str], float], "1 a 0.5", ((1, "a"), 0.5)),
    (tuple[int, list[str]], ["1", '["a", "b"]'], (1, ["a", "b"])),
    (tuple[int, int], ["[1, 2]"], (1, 2)),
    (tuple[str, str], "[ ]", ("[", "]")),
    (dict[str, list[int]], "a=[1,2] b=[]", {"a": [1, 2], "b": []}),
    (dict[str, list[int]], ['{"a": [1, 2]}'], {"a": [1, 2]}),
    (dict[str, dict[str, int]], ['a={"b": 1}'], {"a": {"b": 1}}),
    (dict[str, int], ['{"a": 1}'], {"a": 1}),
    (dict[int, set[int]], "1=[2,3]", {1: {2, 3}}),
    (list[dict[str, int]], ['{"a": 1}', '{"b": 2}'], [{"a": 1}, {"b": 2}]),
    (dict[str, Any], ["a=1", "b=x", "c=[1, null]", "d=none"], {"a": 1, "b": "x", "c": [1, None], "d": None}),
    (Any, "3", 3),
    (Any, "x", "x"),
    (Any, ['"3"'], "3"),
    (Any, "none", None),
    (Any, ['{"a": [true]}'], {"a": [True]}),
    (object, "1.5", 1.5),
    (list, "1 a", [1, "a"]),
    (list, ["[[1], 2]"], [[1], 2]),
    (dict, "a=1", {"a": 1}),
    (tuple, "1 a", (1, "a")),
    (set, "1 1", {1}),
    (int | list[int], "3", 3),
    (int | list[int], "3 4", [3, 4]),
    (int | list[int], ["[3]"], [3]),
    (list[int] | list[str], "1 2", [1, 2]),
    (list[int] | list[str], "1 b", ["1", "b"]),
    (tuple[int, int] | tuple[int, int, int], "1 2", (1, 2)),
    (tuple[int, int] | tuple[int, int, int], "1 2 3", (1, 2, 3)),
    (float | tuple[float, float], "1", 1.0),
    (float | tuple[float, float], "1 2", (1.0, 2.0)),
    (str | list[str], "a", "a"),
    (str | list[str], "a b", ["a", "b"]),
    (str | list[str], ['["a"]'], ["a"]),
    (dict[str, int] | int | None, "a=1", {"a": 1}),
    (dict[str, int] | int | None, "none", None),
    (list[int | list[int]], ["1", "[2, 3]"], [1, [2, 3]]),
    (list[list[int] | None], "none [1]", [None, [1]]),
    (Optional[list[tuple[int, int]]], "1 2", [(1, 2)]),  # noqa: UP045
    (collections.deque[int], "1 2", collections.deque([1, 2])),
    (Iterable[int], "1 2", [1, 2]),
    (Collection[int], "1 2", [1, 2]),
    (MutableSequence[int], "1 2", [1, 2]),
    (MutableMapping[str, int], "a=1", {"a": 1}),
    (collections.OrderedDict[str, int], "a=1", collections.OrderedDict(a=1)),
    (Mapping[str, Sequence[float]], "a=[1]", {"a": [1.0]}),
    (bytes, "abc", b"abc"),
    (bytes, [r"\x00\xff\\"], b"\x00\xff\\"),
    (Decimal, "0.10", Decimal("0.10")),
    (Fraction, "1/3", Fraction(1, 3)),
    (uuid.UUID, "12345678123456781234567812345678", uuid.UUID("12345678123456781234567812345678")),
    (complex, "1+2j", 1 + 2j),
    (complex, "-2", -2 + 0j),
    (PurePosixPath, "a/b", PurePosixPath("a/b")),
    (PureWindowsPath, "a/b", PureWindowsPath("a/b")),
    (PurePath, "a/b", Path("a/b")),
    (IPv4Address, "192.0.2.1", IPv4Address("192.0.2.1")),
    (IPv6Network, "2001:db8::/32", IPv6Network("2001:db8::/32")),
    (re.Pattern[str], "a+", re.compile("a+")),
    (re.Pattern, "(?i)a", re.compile("(?i)a")),
    (Access, "READ|WRITE", Access.READ | Access.WRITE),
    (Access, "5", Access.READ | Access.RUN),
    (Access, "0", Access(0)),
    (Bits, "1|4", Bits(5)),
    (type[int], "int", int),
    (type[int], "bool", bool),
    (type[zoo.LayerParams], "params_zoo:ConvParams", zoo.ConvParams),
    (type[zoo.LayerParams], "LayerParams", zoo.LayerParams),
    (type[zoo.LayerParams], "FC", zoo.DenseParams),
    (Callable[[float], float], "math:sqrt", math.sqrt),
    (Callable[..., Any], "math.sqrt", math.sqrt),
    (Callable[..., Any], "abs", abs),
    (Point, "1 2", Point(1, 2)),
    (Point, "x=1", Point(1)),
    (Point, ['{"x": 1, "y": 3}'], Point(1, 3)),
    (list[Point], "1 2 3 4", [Point(1, 2), Point(3, 4)]),
    (dict[str, Point], ["a=[1, 2]"], {"a": Point(1, 2)}),
    (Range, "low=1", {"low": 1}),
    (Range, ["low=1", "high=[2]"], {"low": 1, "high": [2]}),
    (Range, ['{"low": 1}'], {"low": 1}),
    (Numbers, "1 2", [1, 2]),
    (Shapes, "a=[1]", {"a": [1]}),
    (Final[int], "1", 1),
    (Annotated[Final[int], "x"], "1", 1),
    (Literal[True, False], "True", True),
    (tuple[tuple[int, ...], int], "[1,2] 3", ((1, 2), 3)),
    (tuple[tuple[int, ...], int], ["[[1, 2], 3]"], ((1, 2), 3)),
    (bool | list[bool], "true false", [True, False]),
    (collections.Counter[str], "a=2", collections.Counter(a=2)),
    (os.PathLike[str], "a", Path("a")),
    (zoneinfo.ZoneInfo, "Europe/Berlin", zoneinfo.ZoneInfo("Europe/Berlin")),
    (Boxed[int], "1", Boxed(1)),
    (Decimal, "Infinity", Decimal("Infinity")),
]


def kind(annotation: Any) -> ValueType:
    found = kind_of(annotation)
    assert isinstance(found, ValueType)
    return found


def holder(annotation: Any) -> type[Any]:
    return params(type("Holder", (), {"__annotations__": {"x": annotation}}))  # type: ignore[no-any-return]  # made anew


@pytest.mark.parametrize(("annotation", "words", "value"), CASES)
def test_words_become_values_of_any_depth(annotation: Any, words: str | list[str], value: Any) -> None:
    read = read_words(kind(annotation), words.split() if isinstance(words, str) else words)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("annotation", "words", "value"), CASES)
def test_values_of_any_depth_are_written_as_words_and_read_again(annotation: Any, words: Any, value: Any) -> None:
    again = read_words(kind(annotation), words_of(kind(annotation), value))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(("annotation", "words", "value"), CASES)
@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_files_hold_what_the_line_says(annotation: Any, words: Any, value: Any, suffix: str, tmp_path: Path) -> None:
    cls = holder(annotation)
    save(cls(x=value), tmp_path / f"a.{suffix}")
    read = load(cls, tmp_path / f"a.{suffix}", trust=["math", "builtins"]).x
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("annotation", "words", "value"), CASES)
def test_every_kind_checks_and_describes_its_values(annotation: Any, words: Any, value: Any) -> None:
    kind(annotation).check(value)
    assert isinstance(json_schema(holder(annotation)), dict)
    assert kind(annotation).label


@pytest.mark.parametrize(
    ("annotation", "words", "problem"),
    [
        (list[list[int]], ["[[1, x]]"], "expects JSON text (list[int]), got '[[1, x]]'"),
        (list[list[int]], ['[[1, "x"]]'], "expects list[list[int]], got '[[1, \"x\"]]'\n$[0][1]: expects int, got 'x'"),
        (list[list[int]], ["3"], "expects a list (list[int]), got 3"),
        (list[int], ['[1, "x"]'], "expects list[int], got '[1, \"x\"]'\n$[1]: expects int, got 'x'"),
        (list[tuple[int, int]], ["1"], "expects 2 values (tuple[int, int]), got 1"),
        (dict[str, list[int]], ["a=1"], "expects a list (list[int]), got 1"),
        (
            dict[str, list[int]],
            ['a=["x"]'],
            "expects dict[str, list[int]], got 'a=[\"x\"]'\n$.a[0]: expects int, got 'x'",
        ),
        (
            list[list[int]],
            ["[1]", '["x"]'],
            "expects list[list[int]], got '[1] [\"x\"]'\n$[1][0]: expects int, got 'x'",
        ),
        (dict[str, int], ['{"a": "b"}'], "expects dict[str, int], got '{\"a\": \"b\"}'\n$.a: expects int, got 'b'"),
        (dict[str, int], ['{"a": 1, "a": 2}'], 'expects JSON text (dict[str, int]), got \'{"a": 1, "a": 2}\''),
        (int | list[int], ["x"], "expects int | list[int], got 'x'"),
        (bytes, ["\udc00"], "must be bytes like abc"),
        (Decimal, ["1,5"], "must be a Decimal like 0.1, got '1,5'"),
        (uuid.UUID, ["x"], "must be a UUID like 12345678-1234-5678-1234-567812345678, got 'x'"),
        (complex, ["i"], "must be a complex like 1+2j, got 'i'"),
        (IPv4Address, ["1.2"], "must be a IPv4Address like 192.0.2.1, got '1.2'"),
        (re.Pattern[str], ["("], "must be a regular expression, got '('\nmissing ), unterminated subpattern"),
        (Access, ["DELETE"], "must be one of READ, WRITE, RUN, got 'DELETE'"),
        (Access, ["READ|X"], "must be one of READ, WRITE, RUN, got 'X'"),
        (Access, ["64"], "must be one of READ, WRITE, RUN, got '64'"),
        (type[int], ["str"], "must be a class that derives from int, like module:Class, got 'str'"),
        (type[int], ["x.y"], "x:y: there is no module 'x'"),
        (Callable[..., int], ["math:pi"], "must be a function like module:name, got 'math:pi'"),
        (Callable[..., int], ["math:nothing"], "math:nothing: there is no 'nothing' in math"),
        (Point, ["1"], "expects 2 values (Point), got 1"),
        (Point, ["y=1"], "Point needs x"),
        (Range, ["low"], "expects key=value (Range), got 'low'"),
        (Range, ["lo=1"], "Range has no key 'lo'\ndid you mean low?"),
        (Range, ["high=[1]"], "Range needs low, got 'high=[1]'"),
        (Range, ['{"low": 1, "t": 2}'], 'expects Range, got \'{"low": 1, "t": 2}\'\n$.t: Range has no such key'),
    ],
)
def test_wrong_words_name_the_rule_the_value_and_the_place(annotation: Any, words: list[str], problem: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        read_words(kind(annotation), words)
    assert "\n".join([caught.value.problem, *caught.value.hints]).startswith(problem)


@pytest.mark.parametrize(
    ("annotation", "data", "where"),
    [
        (list[list[int]], [[1], ["x"]], "$.x[1][0]: expects int, got 'x'"),
        (dict[str, list[int]], {"a": [1, True]}, "$.x.a[1]: expects int, got true"),
        (tuple[int, tuple[int, int]], [1, [2]], "$.x[1]: expects 2 values (tuple[int, int]), got 1"),
        (int | list[int], "3", "$.x: expects int | list[int], got '3'"),
        (Range, {"low": "1"}, "$.x.low: expects int, got '1'"),
        (Range, {}, "$.x.low: is required (int)"),
        (Point, {"z": 1}, "$.x.z: Point has no such key"),
        (bytes, 3, "$.x: expects bytes, got 3"),
        (set[Any], [[1]], "$.x: the items of a set must be hashable, got [[1]]"),
        (Decimal, True, "$.x: expects Decimal, got true"),
        (list[list[int] | None], [None, [1, "x"]], "$.x[1][1]: expects int, got 'x'"),
        (Fraction, "1e999999999", "$.x: must be a Fraction like 1/3, got '1e999999999'"),
        (list[type[int]], ["int", "str"], "$.x[1]: must be a class that derives from int"),
    ],
)
def test_wrong_data_is_named_with_its_path(annotation: Any, data: Any, where: str) -> None:
    with pytest.raises(LoadError) as caught:
        from_dict(holder(annotation), {"x": data})
    assert str(caught.value.mistakes[0]).startswith(where)


def test_numbers_of_exact_types_may_be_numbers_in_files() -> None:
    assert from_dict(holder(Decimal), {"x": 0.1}).x == Decimal("0.1")
    assert from_dict(holder(complex), {"x": 2}).x == 2 + 0j
    assert from_dict(holder(Fraction), {"x": 3}).x == Fraction(3)


def test_paths_of_functions_and_classes_in_files_must_be_trusted() -> None:
    for annotation, tag in ((Callable[..., Any], "os:system"), (type[object], "subprocess:Popen")):
        with pytest.raises(LoadError, match="isn't trusted, so it isn't imported"):
            from_dict(holder(annotation), {"x": tag})
    assert from_dict(holder(Callable[..., Any]), {"x": "math:sqrt"}, trust=["math"]).x is math.sqrt
    for word in ("eval", "print"):
        with pytest.raises(LoadError):
            from_dict(holder(Callable[..., Any]), {"x": word}, trust=["math"])


def test_functions_that_a_field_itself_names_need_no_trust() -> None:
    @params
    class Named:
        activation: Callable[[float], float] = math.sqrt
        others: list[Callable[..., Any]] = field(factory=lambda: [math.exp])
        chosen: Callable[..., Any] | None = field(default=None, choices=[math.sin, math.cos])

    made = Named(chosen=math.cos)
    assert from_dict(Named, to_dict(made)) == made
    with pytest.raises(LoadError, match=r"\$\.activation: math:exp isn't trusted"):
        from_dict(Named, {"activation": "math:exp"})


def test_a_name_of_a_type_may_not_hold_itself() -> None:
    tree = TypeAliasType("tree", "list[tree]")  # type: ignore[misc]  # that is the test
    with pytest.raises(DefinitionError, match="holds itself, write Any|can't come"):
        json_schema(holder(tree))


JSON_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (float, st.floats(allow_nan=False)),
    (str, st.text(st.characters(exclude_categories=("Cs",)), max_size=5)),
    (bool, st.booleans()),
    (bytes, st.binary(max_size=5)),
    (complex, st.complex_numbers(allow_nan=False, allow_infinity=False)),
    (Decimal, st.decimals(allow_nan=False)),
    (uuid.UUID, st.uuids()),
    (Access, st.integers(0, 7).map(Access)),
    (Point, st.tuples(st.integers(), st.integers()).map(Point._make)),
    (IPv4Address, st.ip_addresses(v=4)),
    (Fraction, st.fractions()),
    (Literal["a", 1, None], st.sampled_from(["a", 1, None])),
    (tuple[int, bool], st.tuples(st.integers(), st.booleans())),
    (Range, st.fixed_dictionaries({"low": st.integers()}, optional={"high": st.lists(st.integers(), max_size=2)})),
]


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[Any, Any]:
    """A type of any depth, and a value of it."""
    annotation, values = draw(st.sampled_from(LEAVES))
    for shape in draw(st.lists(st.sampled_from(["list", "tuple", "pair", "dict", "optional", "deque"]), max_size=3)):
        if shape == "list":
            annotation, values = list[annotation], st.lists(values, max_size=3)
        elif shape == "tuple":
            annotation, values = tuple[annotation, ...], st.lists(values, max_size=3).map(tuple)
        elif shape == "deque":
            annotation, values = collections.deque[annotation], st.lists(values, max_size=3).map(collections.deque)
        elif shape == "pair":
            annotation, values = tuple[int, annotation], st.tuples(st.integers(), values)
        elif shape == "dict":
            annotation, values = dict[str, annotation], st.dictionaries(st.text(max_size=3), values, max_size=3)
        else:
            annotation, values = Union[annotation, None], st.none() | values  # noqa: UP007 - made at run time
    return annotation, draw(values)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed_values())
def test_what_the_line_says_the_file_says_and_both_come_back_equal(typed: tuple[Any, Any]) -> None:
    annotation, value = typed
    # `none` alone is None wherever that may be, and no other word can stand for a list of it.
    only = value[0] if isinstance(value, list | tuple | collections.deque) and len(value) == 1 else value
    assume(value is None or str(only).lower() not in ("none", "null"))
    cls = holder(annotation)
    words = words_of(kind(annotation), value)
    said_by_line = read_words(kind(annotation), words)
    assert said_by_line == value
    said_by_file = from_dict(cls, to_dict(cls(x=value))).x
    assert said_by_file == value
    assert repr(said_by_line) == repr(said_by_file) == repr(value)


@settings(max_examples=60, deadline=None)
@given(JSON_DATA)
def test_any_plain_data_is_said_by_line_and_file(value: Any) -> None:
    for annotation in (Any, dict[str, Any], list[Any]):
        held = value if annotation is Any else {"k": value} if annotation == dict[str, Any] else [value]
        assert read_words(kind(annotation), words_of(kind(annotation), held)) == held
        cls = holder(annotation)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.json"
            save(cls(x=held), path)
            assert load(cls, path).x == held


@pytest.mark.parametrize(
    ("annotation", "right", "wrong", "problem"),
    [
        (Annotated[int, at.Gt(0)], "1", "0", "must be > 0, got 0"),
        (Annotated[float, at.Ge(0), at.Lt(1)], "0", "1", "must be < 1, got 1.0"),
        (Annotated[int, at.Interval(ge=1, le=3)], "3", "4", "must be <= 3, got 4"),
        (Annotated[int, at.MultipleOf(8)], "16", "12", "must be a multiple of 8, got 12"),
        (Annotated[str, at.MinLen(2)], "ab", "a", "must be at least 2 long, got 'a'"),
        (Annotated[list[int], at.Len(1, 2)], "1 2", "1 2 3", "must be at most 2 long, got [1, 2, 3]"),
        (list[Annotated[int, at.Gt(0)]], "1 2", "1 0", "must be > 0, got 0"),
        (Annotated[int, at.Gt(0)] | None, "none", "0", "must be > 0, got 0"),
        (Annotated[int | None, at.Gt(0)], "none", "0", "must be > 0, got 0"),
        (dict[str, Annotated[int, at.Le(9)]], "a=9", "a=10", "must be <= 9, got 10"),
        (Annotated[str, at.Predicate(str.islower)], "a", "A", "must satisfy islower, got 'A'"),
        (at.LowerCase[str], "a", "A", "must satisfy islower, got 'A'"),
        (tuple[Annotated[int, at.Gt(0)], int], "1 0", "0 1", "must be > 0, got 0"),
        (Annotated[int | list[int], at.Predicate(bool)], "1", "0", "must satisfy bool, got 0"),
        (Annotated[Point, at.Predicate(any)], "0 1", "0 0", "must satisfy any, got Point(x=0, y=0)"),
    ],
)
def test_annotated_rules_are_enforced_on_lines_and_in_files(
    annotation: Any, right: str, wrong: str, problem: str
) -> None:
    value = read_words(kind(annotation), right.split())
    cls = holder(annotation)
    assert from_dict(cls, to_dict(cls(x=value))).x == value
    with pytest.raises(ValueProblem) as caught:
        read_words(kind(annotation), wrong.split())
    assert caught.value.problem == problem
    bare = kind_of(_without_rules(annotation))
    assert isinstance(bare, ValueType)
    broken = read_words(bare, wrong.split())
    with pytest.raises(ValueProblem):
        kind(annotation).check(broken)
    with pytest.raises(LoadError):
        from_dict(cls, to_dict(cls(x=broken)))


def _without_rules(annotation: Any) -> Any:
    """The annotation without `Annotated` at any depth."""
    if hasattr(annotation, "__metadata__"):
        return _without_rules(annotation.__origin__)
    args = getattr(annotation, "__args__", ())
    if not args:
        return annotation
    bare = tuple(map(_without_rules, args))
    if type(None) in bare or "|" in str(annotation):
        return Union[bare]  # noqa: UP007 - made at run time
    return annotation.__origin__[bare]


def test_rules_stand_in_the_json_schema_and_in_help(
    read: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    @params
    class Limited:
        lr: Annotated[float, at.Gt(0)] = field(default=0.1, help="Learning rate")
        sizes: Annotated[list[int], at.MinLen(1)] = field(factory=lambda: [1])

    Limited.__annotations__.update(lr=Annotated[float, at.Gt(0)], sizes=Annotated[list[int], at.MinLen(1)])
    found = json_schema(Limited)["$defs"]
    properties = next(iter(found.values()))["properties"]
    assert properties["lr"]["exclusiveMinimum"] == 0
    assert properties["sizes"]["minItems"] == 1
    with pytest.raises(SystemExit):
        parse(Limited, ["--help"])
    assert "float > 0" in capsys.readouterr().out


ANNOTATIONS = [annotation for annotation, _, _ in CASES] + [
    tuple[tuple[int, ...], int],
    frozenset[frozenset[int]],
    collections.Counter[str],
    Annotated[list[int], at.Len(1, 2)],
    Annotated[float, at.Interval(gt=0, lt=1)] | None,
    list[zoo.LayerParams | str],
    tuple[zoo.SizeParams, zoo.SizeParams],
    dict[str, list[zoo.LayerParams]],
    zoo.LayerParams | int | None,
]
PYTHON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers() | st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)
WORDS = st.lists(
    st.text('[]{}":,=|1ax.-\\ \u0661', max_size=6)
    | st.sampled_from(
        ["none", "[", "{}", "[[1]]", "nan", "1e999", "9" * 5000, "[" * 200, "x=[1]", "a:b", "builtins:x"]
    ),
    max_size=3,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(annotation=st.sampled_from(ANNOTATIONS), data=JSON_DATA | PYTHON_VALUES, words=WORDS)
def test_whatever_is_given_is_read_or_refused_as_a_mistake(annotation: Any, data: Any, words: list[str]) -> None:
    cls = holder(annotation)
    with contextlib.suppress(LoadError):
        made = from_dict(cls, {"x": data})
        with contextlib.suppress(SaveError):
            assert to_json(made)
    with contextlib.suppress(CommandLineError):
        parse(cls, ["--x", *words], exits=False)
    with contextlib.suppress(CommandLineError):
        parse(cls, [f"--x={' '.join(words)}"], exits=False)
    with contextlib.suppress(ValueProblem):
        kind_of(annotation).check(data)


class Stranger:
    """A class that no type holds."""


@pytest.mark.parametrize("annotation", [a for a in ANNOTATIONS if a not in (Any, object)], ids=str)
def test_every_kind_refuses_values_of_other_types(annotation: Any) -> None:
    found = kind_of(annotation)
    with pytest.raises(ValueProblem, match="expects|must be"):
        found.check(Stranger())
    with pytest.raises(LoadError):
        from_dict(holder(annotation), {"x": Stranger()})
    with pytest.raises(SaveError):
        to_json(holder(annotation)(x=Stranger()))


@pytest.mark.parametrize(
    ("annotation", "right", "wrong", "problem"),
    [
        (Annotated[time, at.Timezone(None)], "12:00:00", "12:00:00+01:00", "must be without a time zone, got "),
        (Annotated[time, at.Timezone(...)], "12:00:00+01:00", "12:00:00", "must be with a time zone, got "),
        (Annotated[time, at.Timezone("UTC")], "12:00:00+00:00", "12:00:00+01:00", "must be in the time zone UTC, got "),
        (Annotated[float, at.Predicate(at.Not(math.isnan))], "1.0", "nan", "must not satisfy isnan, got nan"),
        (
            Annotated[int, at.Predicate(lambda value: value == 1)],
            "1",
            "2",
            "must satisfy the rule of its field, got 2",
        ),
        (
            Annotated[int, at.Predicate(lambda value: 1 // value)],
            "1",
            "0",
            "must satisfy the rule of its field, got 0",
        ),
        (Annotated[int, "a note", at.Ge(1)], "1", "0", "must be >= 1, got 0"),
    ],
)
def test_further_rules_of_annotated_types(annotation: Any, right: str, wrong: str, problem: str) -> None:
    assert words_of(kind(annotation), read_words(kind(annotation), [right])) == [right]
    with pytest.raises(ValueProblem) as caught:
        read_words(kind(annotation), [wrong])
    assert caught.value.problem.startswith(problem)


def test_rules_go_with_values_and_not_with_params() -> None:
    with pytest.raises(DefinitionError, match="holds params, which the rules of annotated-types don't know"):
        json_schema(holder(Annotated[zoo.SizeParams, at.Gt(0)]))


TYPE_STATEMENTS = """
type Row[T] = list[T]
type Table = Row[Row[int]]
type Positive = Annotated[int, at.Gt(0)]
type Tree = int | list[Tree]
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is new in Python 3.12")
def test_type_statements_are_looked_through() -> None:
    names: dict[str, Any] = {"Annotated": Annotated, "at": at}
    exec(TYPE_STATEMENTS, names)
    assert read_words(kind(names["Row"][int]), ["1", "2"]) == [1, 2]
    assert read_words(kind(names["Table"]), ["[1]", "[2]"]) == [[1], [2]]
    assert read_words(kind(names["Table"] | None), ["none"]) is None
    with pytest.raises(ValueProblem, match="must be > 0, got 0"):
        read_words(kind(names["Positive"]), ["0"])
    with pytest.raises(UnsupportedAnnotation, match="Tree holds itself, write Any"):
        kind_of(names["Tree"])
