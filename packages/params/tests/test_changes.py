"""A part of a value is changed, not the whole: on the line and in config files."""

from __future__ import annotations

import contextlib
import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfaip.params import CommandLineError, field, params, parse


@params(name="ChangedLayer")
class LayerParams:
    k: int = 1


@params(name="ChangedConv")
class ConvParams(LayerParams):
    f: int = 3
    n: list[int] = field(factory=lambda: [1, 2])


@params(name="ChangedOpt")
class OptParams:
    lr: float = 0.1


@params(name="ChangedSGD")
class SGDParams(OptParams):
    m: float = 0.0


class Point(NamedTuple):
    x: int = 1
    y: int = 2


class Typed(TypedDict, total=False):
    a: int
    b: list[int]


@params
class AllParams:
    x: list[int] = field(factory=lambda: [1, 2, 3])
    o: list[int] | None = None
    d: dict[str, float] = field(factory=lambda: {"a": 1.0, "b-c": 2.0, "u.v": 3.0})
    i: dict[int, str] = field(factory=lambda: {1: "a"})
    dd: dict[str, dict[str, list[int]]] = field(factory=dict)
    s: set[int] = field(factory=lambda: {1, 2})
    t: tuple[int, str] = (1, "a")
    tt: tuple[int, ...] = (1, 2)
    q: deque[int] = field(factory=lambda: deque([1, 2], maxlen=5))
    a: Any = None
    da: dict[str, Any] = field(factory=lambda: {"z": {"y": 1}})
    ll: list[list[int]] = field(factory=lambda: [[1], [2, 3]])
    u: int | list[int] = 4
    nt: Point = Point()
    td: Typed = field(factory=dict)
    layers: list[LayerParams] = field(factory=lambda: [LayerParams(), ConvParams()])
    pair: tuple[LayerParams, LayerParams] = field(factory=lambda: (LayerParams(), LayerParams()))
    heads: dict[str, OptParams] = field(factory=lambda: {"one": OptParams()})
    maybe: OptParams | None = None
    at_least: list[int] = field(factory=lambda: [1], nargs="+")
    one: int = 1


OF_THREE = "there are 3 (0 to 2, or -1 for the last)"
L, C, Opt, S = LayerParams, ConvParams, OptParams, SGDParams


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--x+ 3", {"x": [1, 2, 3, 3]}),
        ("--x+=3", {"x": [1, 2, 3, 3]}),
        ("--x+ 4 5 --x+ 6", {"x": [1, 2, 3, 4, 5, 6]}),
        ("--x.1 9", {"x": [1, 9, 3]}),
        ("--x.-1 9", {"x": [1, 2, 9]}),
        ("--x.drop 0 -1", {"x": [2]}),
        ("--x 5 --x+ 6 7 --x.0 1", {"x": [1, 6, 7]}),
        ("--x+ 4 --x 5", {"x": [5]}),
        ("--o+ 3", {"o": [3]}),
        ("--d.key 4", {"d": {"a": 1.0, "b-c": 2.0, "u.v": 3.0, "key": 4.0}}),
        ("--d.n-m 4", {"d": {"a": 1.0, "b-c": 2.0, "u.v": 3.0, "n-m": 4.0}}),
        ("--d.b_c 5", {"d": {"a": 1.0, "b-c": 5.0, "u.v": 3.0}}),
        ("--d.u.v 7", {"d": {"a": 1.0, "b-c": 2.0, "u.v": 7.0}}),
        ("--d+ n=1 m=2", {"d": {"a": 1.0, "b-c": 2.0, "u.v": 3.0, "n": 1.0, "m": 2.0}}),
        ("--d.drop a b_c", {"d": {"u.v": 3.0}}),
        ("--i.1 x --i.3 y", {"i": {1: "x", 3: "y"}}),
        ("--dd.a.b 1 2", {"dd": {"a": {"b": [1, 2]}}}),
        ("--dd.a.b+ 1 --dd.a.b+ 2", {"dd": {"a": {"b": [1, 2]}}}),
        ("--s+ 5", {"s": {1, 2, 5}}),
        ("--s.drop 1", {"s": {2}}),
        ("--t.1 z", {"t": (1, "z")}),
        ("--tt+ 5", {"tt": (1, 2, 5)}),
        ("--tt.0 5", {"tt": (5, 2)}),
        ("--q+ 5", {"q": deque([1, 2, 5], maxlen=5)}),
        ("--a.b.c 3", {"a": {"b": {"c": 3}}}),
        ("--da.z.y 2 --da.w [1]", {"da": {"z": {"y": 2}, "w": [1]}}),
        ("--ll.1.0 9", {"ll": [[1], [9, 3]]}),
        ("--ll+ [4,5]", {"ll": [[1], [2, 3], [4, 5]]}),
        ("--ll.0+ 5", {"ll": [[1, 5], [2, 3]]}),
        ("--ll.drop 0", {"ll": [[2, 3]]}),
        ("--u 1 2 --u+ 3", {"u": [1, 2, 3]}),
        ("--nt.y 5", {"nt": Point(1, 5)}),
        ("--nt.0 5", {"nt": Point(5, 2)}),
        ("--td.b+ 3 --td.a 1", {"td": {"b": [3], "a": 1}}),
        ("--layers+ ChangedConv", {"layers": [L(), C(), C()]}),
        ("--layers.-1.k 5", {"layers": [L(), C(k=5)]}),
        ("--layers.-1.n+ 5 --layers.-1.n.-1 7", {"layers": [L(), C(n=[1, 2, 7])]}),
        ("--layers.0 ChangedConv --layers.0.f 4", {"layers": [C(f=4), C()]}),
        ("--layers.-2 ChangedConv", {"layers": [C(), C()]}),
        ("--layers.drop 0 --layers.0.k 3", {"layers": [C(k=3)]}),
        ("--layers+ ChangedConv ChangedLayer --layers.-1.k 9", {"layers": [L(), C(), C(), L(k=9)]}),
        ("--pair.1.k 2 --pair.-2.k 3", {"pair": (L(k=3), L(k=2))}),
        ("--heads.third ChangedSGD", {"heads": {"one": Opt(), "third": S()}}),
        ("--heads.third ChangedSGD --heads.third.m 3", {"heads": {"one": Opt(), "third": S(m=3.0)}}),
        ("--heads.one ChangedSGD", {"heads": {"one": S()}}),
        ("--heads+ x=ChangedSGD y", {"heads": {"one": Opt(), "x": S(), "y": Opt()}}),
        ("--heads.drop one", {"heads": {}}),
        ("--maybe.lr 3", {"maybe": Opt(lr=3.0)}),
        ("--maybe ChangedSGD --maybe.m 3", {"maybe": S(m=3.0)}),
    ],
)
def test_words_change_a_part(words: str, expected: dict[str, Any]) -> None:
    default = AllParams()
    made = parse(AllParams, words.split(), default=default, exits=False)
    assert made == AllParams(**expected)
    assert made.q.maxlen == 5
    assert default == AllParams()  # what is given as a default is left alone


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "--x.5 3",
            f"--x.5: there is no position 5\n  {OF_THREE}\n  --x+ adds at the end",
        ),
        (
            "--x.-4 3",
            f"--x.-4: there is no position -4\n  {OF_THREE}\n  --x+ adds at the end",
        ),
        ("--o.0 3", "--o.0: there is no position 0\n  there are none yet\n  --o+ adds at the end"),
        ("--x.1 a", "--x.1: must be a whole number, got 'a'"),
        ("--x+", "--x+: expects at least one value (int), got none"),
        ("--x.drop", "--x.drop: expects at least one position, got none"),
        ("--x.drop 3", "--x.drop: there is no position 3\n  there are 3 (0 to 2, or -1 for the last)"),
        ("--at_least.drop 0", "--at_least.drop: expects at least one value (list[int]), none would be left"),
        ("--d.drop z", "--d.drop: there is no key 'z'\n  there is a, b-c, u.v"),
        ("--s.0 3", "--s.0: a set has no positions (set[int])\n  --s+ adds, --s.drop removes values"),
        ("--s.drop 3", "--s.drop: there is no value '3'\n  there is 1, 2"),
        ("--t+ 3", "--t+: nothing can be added to a tuple of 2 values (tuple[int, str])"),
        ("--t.5 3", "--t.5: there is no position 5\n  there are 2 (0 to 1, or -1 for the last)"),
        ("--u.0 3", "--u.0: has no parts (int), it is 4\n  set it as a whole"),
        ("--td.c 3", "--td.c: Typed has no key 'c'"),
        ("--pair+ ChangedConv", "--pair+: nothing can be added to or removed from tuple[LayerParams, LayerParams]"),
        ("--layers+", "--layers+: expects at least one class (LayerParams), got none"),
        ("--layers.drop 2", "--layers.drop: there is no position 2\n  there are 2 (0 to 1, or -1 for the last)"),
        ("--heads.drop two", "--heads.drop: there is no key 'two'\n  there is one"),
        (
            "--maybe none --maybe.lr 3",
            "--maybe.lr: unknown argument\n  --maybe is none; select a class first: --maybe ChangedOpt",
        ),
        ("--maybe.lrr 3", "--maybe.lrr: unknown argument\n  did you mean --maybe.lr?"),
    ],
)
def test_a_change_that_is_not_possible_is_one_message(words: str, message: str, mistakes: Callable[..., str]) -> None:
    assert mistakes(AllParams, words) == message


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--x[0] 3", "write --x.0"),
        ("--x[] 3", "write --x+"),
        ("--d['a'] 3", "write --d.a"),
        ("--layers[1].k 3", "write --layers.1.k"),
        ("--x.append 3", "--x+ adds at the end"),
        ("--x.remove 3", "--x.drop removes by position"),
        ("--layers.append ChangedConv", "write --layers+ CLASS"),
        ("--layers.pop 0", "write --layers.drop POSITION"),
        ("--layers.1.class_path ChangedConv", "write --layers.1 CLASS"),
        ("--layers.1.init_args.k 3", "write --layers.1.k"),
        ("--layers.7.k 3", "--layers has the elements 0, 1; --layers+ CLASS adds one"),
        ("--heads.two.lr 3", "--heads has the elements one; --heads.KEY CLASS adds one"),
        ("--one+ 3", "--one holds one value (int): --one VALUE sets it"),
        ("--one.0 3", "--one holds one value (int): --one VALUE sets it"),
        ("--x 1,2,3", "separate values by spaces: --x 1 2 3"),
        ("--x+ [1,2.5]", "$[1]: expects int, got 2.5"),
        ("x=3", "write --x 3"),
        ("-x 3", "write --x"),
        ("\N{EM DASH}x 3", "write --x"),
        ("+x=3", "write --x 3"),
        ("~maybe", "write --maybe none, where it may be none"),
        ("unknown=3", "arguments begin with --"),
    ],
)
def test_the_syntax_of_other_tools_is_answered_with_ours(words: str, hint: str, mistakes: Callable[..., str]) -> None:
    assert hint in mistakes(AllParams, words)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"x+": [4, 5]}, {"x": [1, 2, 3, 4, 5]}),
        ({"x": [7], "x+": [8]}, {"x": [7, 8]}),
        ({"x+": [8], "x": [7]}, {"x": [7, 8]}),
        ({"x.0": 9, "x.-1": 8}, {"x": [9, 2, 8]}),
        ({"x.drop": [0, 1]}, {"x": [3]}),
        ({"d+": {"n": 4}}, {"d": {"a": 1.0, "b-c": 2.0, "u.v": 3.0, "n": 4.0}}),
        ({"d.a": 4}, {"d": {"a": 4.0, "b-c": 2.0, "u.v": 3.0}}),
        ({"d.drop": "a"}, {"d": {"b-c": 2.0, "u.v": 3.0}}),
        ({"layers+": ["ChangedConv", {"__cls__": "ChangedConv", "f": 4}]}, {"layers": [L(), C(), C(), C(f=4)]}),
        ({"layers.-1": {"f": 4}}, {"layers": [L(), C(f=4)]}),
        ({"layers.-1.n+": [3]}, {"layers": [L(), C(n=[1, 2, 3])]}),
        ({"layers.drop": 0}, {"layers": [C()]}),
        ({"heads+": {"two": "ChangedSGD"}}, {"heads": {"one": Opt(), "two": S()}}),
        ({"heads.one": {"lr": 2}, "heads.two": {}}, {"heads": {"one": Opt(lr=2.0), "two": Opt()}}),
        ({"heads.drop": ["one"]}, {"heads": {}}),
    ],
)
def test_a_config_file_changes_a_part_where_it_says_so(
    data: dict[str, Any], expected: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(data))
    assert parse(AllParams, ["--config", str(file)], exits=False) == AllParams(**expected)
    assert parse(AllParams, ["--run.x+", "1", "--config", str(file)], root="run", exits=False).x[-1] == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x.7": 1}, "$.x.7: there is no position 7\n  there are 3 (0 to 2, or -1 for the last)\n  x+ adds at the end"),
        ({"x+": ["a"]}, "$.x+[0]: expects int, got 'a'"),
        ({"layers+": [{"kk": 1}]}, "$.layers+[0].kk: LayerParams has no such field\n  did you mean k?"),
        ({"maybe+": {}}, "$.maybe+: params have no parts of this name\n  give their fields: maybe: {...}"),
        (
            {"maybe.lr": 3},
            "$.maybe.lr: params have no parts of this name\n  write the field inside of the params: maybe: {lr: ...}",
        ),
        ({"xx+": [1]}, "$.xx+: AllParams has no such field"),
    ],
)
def test_a_wrong_change_in_a_file_names_its_place(
    data: dict[str, Any], message: str, tmp_path: Path, mistakes: Callable[..., str]
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(data))
    assert message in mistakes(AllParams, ["--config", str(file)])


@params
class DependentParams:
    n: int = 3
    x: list[int] = field(default=attrs.Factory(lambda self: [self.n, self.n], takes_self=True))  # type: ignore[call-overload]
    layers: list[LayerParams] = field(default=attrs.Factory(lambda self: [LayerParams(k=self.n)], takes_self=True))  # type: ignore[call-overload]


@pytest.mark.parametrize("words", ["--x+ 4", "--x.0 4", "--x.drop 0", "--layers+ Layer"])
def test_a_default_that_is_made_from_other_fields_has_no_parts_yet(
    words: str, tmp_path: Path, mistakes: Callable[..., str]
) -> None:
    problem = "the default is made from other fields, so that no part of it can be changed\n  give the whole value"
    name, _, value = words.partition(" ")
    assert mistakes(DependentParams, words) == f"{name}: {problem}"
    file = tmp_path / "config.json"
    file.write_text(json.dumps({name.strip("-"): [{}] if value == "Layer" else int(value)}))
    assert mistakes(DependentParams, ["--config", str(file)]).endswith(problem)
    made = parse(DependentParams, ["--x", "1", "--x+", "2"], default=DependentParams(n=4), exits=False)
    assert made == DependentParams(n=4, x=[1, 2])


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("+"), st.lists(st.integers(-9, 9), min_size=1, max_size=3)),
        st.tuples(st.just("set"), st.integers(-4, 4), st.integers(-9, 9)),
        st.tuples(st.just("drop"), st.lists(st.integers(-4, 4), min_size=1, max_size=2)),
        st.tuples(st.just("whole"), st.lists(st.integers(-9, 9), max_size=3)),
    ),
    max_size=5,
)


@settings(max_examples=50)
@given(st.lists(st.integers(-9, 9), max_size=4), OPERATIONS)
def test_changes_of_lists_do_what_python_does_or_are_refused(start: list[int], operations: list[Any]) -> None:
    words: list[str] = []
    expected: list[int] | None = list(start)
    for name, *arguments in operations:
        if name == "+":
            words += ["--x+", *map(str, arguments[0])]
            expected = None if expected is None else expected + arguments[0]
        elif name == "whole":
            words += ["--x", *map(str, arguments[0])]
            expected = None if expected is None else list(arguments[0])
        elif name == "set":
            index, value = arguments
            words += [f"--x.{index}", str(value)]
            if expected is not None and -len(expected) <= index < len(expected):
                expected[index] = value
            else:
                expected = None
        else:
            words += ["--x.drop", *map(str, arguments[0])]
            if expected is not None and all(-len(expected) <= index < len(expected) for index in arguments[0]):
                gone = {index % len(expected) for index in arguments[0]}
                expected = [item for index, item in enumerate(expected) if index not in gone]
            else:
                expected = None
    default = AllParams(x=list(start))
    if expected is None:
        with pytest.raises(CommandLineError):
            parse(AllParams, words, default=default, exits=False)
    else:
        assert parse(AllParams, words, default=default, exits=False).x == expected
    assert default.x == start


NAMES = st.sampled_from(["x", "o", "d", "dd", "s", "t", "a", "ll", "u", "nt", "td", "layers", "pair", "heads", "maybe"])
PARTS = st.sampled_from([".0", ".-1", ".9", ".key", ".k", ".drop", "+", ".n", ".lr", ".append", ".", "[0]", ".b-c"])
VALUES = st.sampled_from(["3", "-1", "none", "ChangedConv", "a=1", "a=ChangedSGD", "[1,2]", '{"a":1}', "1,2", "", "--"])
OPTIONS = st.builds(
    lambda name, parts, values: [f"--{name}{''.join(parts)}", *values],
    NAMES,
    st.lists(PARTS, max_size=3),
    st.lists(VALUES, max_size=2),
)


@settings(max_examples=50)
@given(st.lists(OPTIONS, max_size=4))
def test_every_line_is_read_or_refused_as_a_mistake(options: list[list[str]]) -> None:
    default = AllParams()
    with contextlib.suppress(CommandLineError):
        parse(AllParams, [word for option in options for word in option], default=default, exits=False)
    assert default == AllParams()
