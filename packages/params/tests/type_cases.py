"""The 72 cases of types on the command line: what is declared, how it may be written, and what must be read.

`benchmarks/params_types.py` tries them on other libraries too. Real annotations: some of these read no strings.
"""

import collections
import dataclasses
import enum
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from math import inf, sqrt
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal, NamedTuple, NewType, Optional

from annotated_types import Gt
from typing_extensions import TypeAliasType, TypedDict

NONE = dataclasses.MISSING
"""No default: the value is required."""


class Color(enum.Enum):
    RED = "r"
    GREEN = "g"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


class Movie(TypedDict):
    name: str
    year: int


class Pair(NamedTuple):
    a: int
    b: str


@dataclass
class Pt:
    a: int = 0
    b: int = 0


UserId = NewType("UserId", int)
Sizes = TypeAliasType("Sizes", list[int])


@dataclass(frozen=True)
class Check:
    """One value that must be read.

    Attributes:
        lines: The ways to write it; one that is read as this is enough.
        value: What must be read; `WRONG` where all lines must be refused.
    """

    lines: tuple[tuple[str, ...], ...]
    value: Any


WRONG = object()


@dataclass(frozen=True)
class Case:
    """A type of a field `x`, its default, and the values to read."""

    name: str
    annotation: Any
    checks: tuple[Check, ...]
    default: Any = NONE


def _case(name: str, annotation: Any, *checks: tuple[list[list[str]], Any], default: Any = NONE) -> Case:
    made = (Check(tuple(tuple(line) for line in lines), value) for lines, value in checks)
    return Case(name, annotation, tuple(made), default)


def _ways(*values: str) -> list[list[str]]:
    return [["--x", value] for value in values]


DEFAULT = [[]]
"""Nothing written."""

CASES = [
    _case("int hex/underscore", int, (_ways("0x1f"), 31), (_ways("1_000"), 1000)),
    _case("float 1e-3", float, (_ways("1e-3"), 0.001)),
    _case("-inf as value", float, ([["--x", "-inf"], ["--x=-inf"]], -inf)),
    _case("str kept ('1e3')", str, (_ways("1e3"), "1e3")),
    _case("bool bare flag", bool, ([["--x"]], True), default=False),
    _case("bool --no-x", bool, ([["--no-x"], ["--nox"]], False), default=True),
    _case("bool --x false", bool, ([["--x", "false"], ["--x=false"]], False), default=True),
    _case("Path", Path, (_ways("a/b"), Path("a/b"))),
    _case("PurePosixPath", PurePosixPath, (_ways("a/b"), PurePosixPath("a/b"))),
    _case("bytes", bytes, (_ways("abc", "YWJj"), b"abc")),
    _case("Decimal", Decimal, (_ways("0.10"), Decimal("0.10"))),
    _case("UUID", uuid.UUID, (_ways(str(uuid.UUID(int=5))), uuid.UUID(int=5))),
    _case("complex", complex, (_ways("1+2j", "(1+2j)"), 1 + 2j)),
    _case("datetime", datetime, (_ways("2026-01-31T12:00:00"), datetime(2026, 1, 31, 12))),
    _case("date", date, (_ways("2026-01-31"), date(2026, 1, 31))),
    _case(
        "timedelta (any spelling)", timedelta, (_ways("1h", "01:00:00", "1:00:00", "3600", "PT1H"), timedelta(hours=1))
    ),
    _case("Enum by value", Color, (_ways("r"), Color.RED)),
    _case("Enum by name", Color, (_ways("RED", "red"), Color.RED)),
    _case("IntEnum by value", Level, (_ways("2"), Level.HIGH)),
    _case(
        "Flag combined",
        Access,
        (
            [["--x", "READ|WRITE"], ["--x", "READ,WRITE"], ["--x", "READ", "WRITE"], ["--x", "READ", "--x", "WRITE"]],
            Access(3),
        ),
    ),
    _case("Literal str/int", Literal["a", 2], (_ways("a"), "a"), (_ways("2"), 2)),
    _case("Literal bool 'True'", Literal[True, "x"], (_ways("True", "true"), True)),
    _case("Literal None", Literal["a", None], (_ways("None", "none", "null"), None)),
    _case("int | str -> int", int | str, (_ways("3"), 3), (_ways("a"), "a")),
    _case("str | int: declared order", str | int, (_ways("3"), "3")),
    _case("int | float", int | float, (_ways("3"), 3), (_ways("3.5"), 3.5)),
    _case("int | list[int]", int | list[int], (_ways("3"), 3), ([["--x", "3", "4"], ["--x", "[3, 4]"]], [3, 4])),
    _case(
        "list[int] | list[str]",
        list[int] | list[str],
        ([["--x", "1", "2"], ["--x", "[1, 2]"], ["--x", "1", "--x", "2"]], [1, 2]),
        ([["--x", "a", "b"], ["--x", '["a", "b"]'], ["--x", "a", "--x", "b"]], ["a", "b"]),
    ),
    _case(
        "tuple[int,int] | tuple[int,int,int]",
        tuple[int, int] | tuple[int, int, int],
        ([["--x", "1", "2"], ["--x", "[1, 2]"]], (1, 2)),
        ([["--x", "1", "2", "3"], ["--x", "[1, 2, 3]"]], (1, 2, 3)),
    ),
    _case(
        "float | tuple[float,float]",
        float | tuple[float, float],
        (_ways("1.5"), 1.5),
        ([["--x", "1.5", "2.5"], ["--x", "[1.5, 2.5]"]], (1.5, 2.5)),
    ),
    _case(
        "dataclass | int",
        Pt | int,
        (_ways("3"), 3),
        ([["--x", '{"a": 1, "b": 2}'], ["--x.a", "1", "--x.b", "2"], ["x:pt", "--x.a", "1", "--x.b", "2"]], Pt(1, 2)),
    ),
    _case("dataclass | str = str default", Pt | str, (DEFAULT, "auto"), (_ways("manual"), "manual"), default="auto"),
    _case("int | None: None", int | None, (_ways("None", "none", "null"), None), default=3),
    _case("list[int] | None: None", list[int] | None, (_ways("None", "none", "null"), None), default=None),
    _case("list[int] 1 2", list[int], ([["--x", "1", "2"]], [1, 2])),
    _case("list[int] repeat appends", list[int], ([["--x", "1", "--x", "2"]], [1, 2])),
    _case("list[int] JSON '[1,2]'", list[int], (_ways("[1,2]"), [1, 2])),
    _case("list[int] append to default", list[int], ([["--x+", "3"], ["--x+=3"], ["--x", "+3"]], [1, 3]), default=[1]),
    _case("list index override", list[int], ([["--x.1", "9"], ["--x[1]", "9"], ["--x.1=9"]], [1, 9]), default=[1, 2]),
    _case("list[list[int]]", list[list[int]], (_ways("[[1, 2], [3]]"), [[1, 2], [3]])),
    _case(
        "list[tuple[int,int]]",
        list[tuple[int, int]],
        ([["--x", "1", "2", "3", "4"], ["--x", "[[1, 2], [3, 4]]"]], [(1, 2), (3, 4)]),
    ),
    _case(
        "tuple[tuple[int,int],...]",
        tuple[tuple[int, int], ...],
        ([["--x", "1", "2", "3", "4"], ["--x", "[[1, 2], [3, 4]]"]], ((1, 2), (3, 4))),
    ),
    _case(
        "dict[str,list[int]]",
        dict[str, list[int]],
        (
            [["--x", '{"a": [1, 2]}'], ["--x", "a=[1, 2]"], ["--x", "a", "1", "2"], ["--x.a", "1", "--x.a", "2"]],
            {"a": [1, 2]},
        ),
    ),
    _case(
        "dict[str,dict[str,int]]",
        dict[str, dict[str, int]],
        ([["--x", '{"a": {"b": 1}}'], ["--x.a.b", "1"], ["--x", "a", "b", "1"]], {"a": {"b": 1}}),
    ),
    _case(
        "list[dict[str,int]]",
        list[dict[str, int]],
        ([["--x", '[{"a": 1}, {"b": 2}]'], ["--x", '{"a": 1}', '{"b": 2}'], ["--x", "a", "1"]], [{"a": 1}, {"b": 2}]),
    ),
    _case(
        "deque",
        collections.deque[int],
        ([["--x", "1", "2"], ["--x", "[1, 2]"], ["--x", "1", "--x", "2"]], collections.deque([1, 2])),
    ),
    _case("set", set[int], ([["--x", "1", "2"], ["--x", "[1, 2]"], ["--x", "1", "--x", "2"]], {1, 2})),
    _case(
        "frozenset",
        frozenset[int],
        ([["--x", "1", "2"], ["--x", "[1, 2]"], ["--x", "1", "--x", "2"]], frozenset({1, 2})),
    ),
    _case("tuple[int,str]", tuple[int, str], ([["--x", "1", "a"], ["--x", '[1, "a"]']], (1, "a"))),
    _case("dict k=v", dict[str, int], ([["--x", "a=1", "b=2"], ["--x", "a=1", "--x", "b=2"]], {"a": 1, "b": 2})),
    _case("dict --x.a 1", dict[str, int], ([["--x.a", "1"], ["--x.a=1"]], {"a": 1})),
    _case(
        "dict merges into default",
        dict[str, int],
        ([["--x.b", "2"], ["--x.b=2"], ["--x+", '{"b": 2}']], {"a": 1, "b": 2}),
        default={"a": 1},
    ),
    _case("dict JSON", dict[str, int], (_ways('{"a": 1}'), {"a": 1})),
    _case(
        "dict int keys",
        dict[int, str],
        ([["--x", "1=a"], ["--x", "1", "a"], ["--x", '{"1": "a"}'], ["--x", "{1: a}"]], {1: "a"}),
    ),
    _case("dict[str, Any]", dict[str, Any], (_ways('{"a": 1, "b": [true]}'), {"a": 1, "b": [True]})),
    _case("Any", Any, (_ways("3"), 3), (_ways("text"), "text")),
    _case("bare list", list, ([["--x", "a", "b"], ["--x", '["a", "b"]'], ["--x", "[a, b]"]], ["a", "b"])),
    _case("Annotated", Annotated[int, "a note"], (_ways("3"), 3)),
    _case("Annotated Gt(0) enforced", Annotated[int, Gt(0)], (_ways("3"), 3), (_ways("0"), WRONG)),
    _case("NewType", UserId, (_ways("3"), 3)),
    _case("type alias (PEP 695)", Sizes, ([["--x", "1", "2"], ["--x", "[1, 2]"], ["--x", "1", "--x", "2"]], [1, 2])),
    _case("Final", Final[int], (_ways("3"), 3)),
    _case(
        "TypedDict",
        Movie,
        (
            [["--x", '{"name": "a", "year": 1}'], ["--x", "name=a", "year=1"], ["--x.name", "a", "--x.year", "1"]],
            {"name": "a", "year": 1},
        ),
    ),
    _case(
        "NamedTuple",
        Pair,
        (
            [["--x", "1", "a"], ["--x.a", "1", "--x.b", "a"], ["--x", '{"a": 1, "b": "a"}'], ["--x", '[1, "a"]']],
            Pair(1, "a"),
        ),
    ),
    _case("Callable by import path", Callable[[float], float], (_ways("math:sqrt", "math.sqrt"), sqrt)),
    _case("type[int]", type[int], (_ways("bool", "builtins.bool", "builtins:bool"), bool)),
    _case("IPv4Address", IPv4Address, (_ways("192.0.2.1"), IPv4Address("192.0.2.1"))),
    _case("re.Pattern", re.Pattern[str], (_ways("a+"), re.compile("a+"))),
    _case(
        "list[dataclass]",
        list[Pt],
        (
            [
                ["--x", '[{"a": 1}, {"b": 2}]'],
                ["--x", "Pt", "Pt", "--x.0.a", "1", "--x.1.b", "2"],
                ["--x.0.a", "1", "--x.1.b", "2"],
            ],
            [Pt(1), Pt(0, 2)],
        ),
    ),
    _case(
        "dict[str, dataclass]",
        dict[str, Pt],
        ([["--x", '{"p": {"a": 1}}'], ["--x", "p=Pt", "--x.p.a", "1"], ["--x.p.a", "1"]], {"p": Pt(1)}),
    ),
    _case(
        "tuple[Pt,Pt] (structs in tuple)",
        tuple[Pt, Pt],
        ([["--x", '[{"a": 1}, {"b": 2}]'], ["--x.0.a", "1", "--x.1.b", "2"]], (Pt(1), Pt(0, 2))),
        default=(Pt(), Pt()),
    ),
    _case(
        "Optional[dataclass]=None set by field",
        Optional[Pt],  # noqa: UP045 - as the case is named
        ([["--x.a", "1"], ["--x", "Pt", "--x.a", "1"]], Pt(1)),
        default=None,
    ),
]
"""In the order of the table."""
