"""Params beside other values, in tuples, and inside of any collection, on lines and in files with their classes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfaip.params import DefinitionError, LoadError, from_dict, json_schema, load, params, save, to_dict
from tfaip.params import field as params_field


@params
class PartParams:
    k: int = 1


@params
class WideParams(PartParams):
    m: int = 2


@params
class PointParams:
    x: int = 0
    y: int = 0


@params
class MixedParams:
    either: PartParams | str = "auto"
    number: PointParams | int = 3
    many: PointParams | list[int] | None = None
    listed: list[PartParams | str] = params_field(factory=list)
    pair: tuple[PointParams, PointParams] = params_field(factory=lambda: (PointParams(), PointParams(x=1)))
    some: tuple[PartParams, ...] = ()
    queue: deque[PartParams] = params_field(factory=deque)
    table: list[list[PartParams]] = params_field(factory=list)
    named: dict[str, list[PartParams]] = params_field(factory=dict)
    counted: tuple[int, PartParams] = params_field(factory=lambda: (0, PartParams()))
    layer: PartParams = params_field(factory=PartParams)
    heads: dict[str, PartParams] = params_field(factory=dict)


CASES: list[tuple[list[str], dict[str, Any]]] = [
    (["--either", "manual"], {"either": "manual"}),
    (["--either", "Wide"], {"either": WideParams()}),
    (["--either", "Wide", "--either.m", "5"], {"either": WideParams(m=5)}),
    (["--either", '{"k": 5}'], {"either": PartParams(k=5)}),
    (["--either", '{"__cls__": "Wide", "m": 5}'], {"either": WideParams(m=5)}),
    (["--number", "4"], {"number": 4}),
    (["--number", "Point", "--number.x", "4"], {"number": PointParams(x=4)}),
    (["--many", "1", "2"], {"many": [1, 2]}),
    (["--many", "none"], {"many": None}),
    (["--listed", "Wide", "text", '{"k": 2}'], {"listed": [WideParams(), "text", PartParams(k=2)]}),
    (["--listed", "Wide", "text", "--listed.0.m", "4"], {"listed": [WideParams(m=4), "text"]}),
    (["--listed", '["text", {"k": 2}]'], {"listed": ["text", PartParams(k=2)]}),
    (["--pair.0.x", "5", "--pair.1.y", "6"], {"pair": (PointParams(x=5), PointParams(x=1, y=6))}),
    (["--pair", '[{"x": 1}, {"y": 2}]'], {"pair": (PointParams(x=1), PointParams(y=2))}),
    (["--some", "Wide", "Part", "--some.0.m", "3"], {"some": (WideParams(m=3), PartParams())}),
    (["--queue", "Wide"], {"queue": deque([WideParams()])}),
    (["--table", '[[{"k": 2}, "Wide"], []]'], {"table": [[PartParams(k=2), WideParams()], []]}),
    (["--named", 'a=["Wide", {"k": 3}]'], {"named": {"a": [WideParams(), PartParams(k=3)]}}),
    (["--counted", "3", '{"k": 4}'], {"counted": (3, PartParams(k=4))}),
    (["--layer", '{"k": 7}'], {"layer": PartParams(k=7)}),
    (["--heads", '{"a": "Wide", "b": {"k": 2}}'], {"heads": {"a": WideParams(), "b": PartParams(k=2)}}),
    (["--named", 'a=["Wide"]', "--named.a.0", '{"k": 4}'], {"named": {"a": [PartParams(k=4)]}}),
    (["--table", '[["Wide"]]', "--table.0.0", "Part"], {"table": [[PartParams()]]}),
    (["--either.k", "3"], {"either": PartParams(k=3)}),
    (["--heads", 'a={"k": 2}', "b"], {"heads": {"a": PartParams(k=2), "b": PartParams()}}),
]


@pytest.mark.parametrize(("line", "changed"), CASES)
@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_lines_and_files_hold_params_in_any_place(
    read: Callable[..., Any], tmp_path: Path, line: list[str], changed: dict[str, Any], suffix: str
) -> None:
    made = read(MixedParams, line)
    assert made == MixedParams(**changed)
    assert repr(made) == repr(MixedParams(**changed))
    save(made, tmp_path / f"a.{suffix}")
    assert load(MixedParams, tmp_path / f"a.{suffix}") == made
    assert read(MixedParams, ["--config", str(tmp_path / f"a.{suffix}")]) == made
    assert read(MixedParams, [], default=made) == made


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--pair Point", "--pair: expects 2 values (tuple[PointParams, PointParams]), got 1"),
        (
            "--number x",
            "--number: expects PointParams | int, got 'x'\n  must be a whole number, got 'x'\n  classes: allowed:",
        ),
        (
            '--named a=[{"k":"x"}]',
            '--named: expects dict[str, list[PartParams]], got \'a=[{"k":"x"}]\'\n  $.a[0].k: expects',
        ),
        ("--table.0.0 Point", "--table.0.0: "),
        (
            "--table [[3]]",
            "--table: expects list[list[PartParams]], got '[[3]]'\n  $[0][0]: expects the fields of a Part",
        ),
        (
            '--table [["Point"]]',
            "--table: expects list[list[PartParams]], got '[[\"Point\"]]'\n  $[0][0].__cls__: no class",
        ),
        ('--layer {"k":"x"}', "--layer: expects PartParams, got '{\"k\":\"x\"}'\n  $.k: expects int, got 'x'"),
        ("--layer {k}", "--layer: expects JSON text (PartParams), got '{k}'"),
    ],
)
def test_wrong_words_for_params_in_values(mistakes: Callable[..., str], line: str, message: str) -> None:
    assert mistakes(MixedParams, line).startswith(message)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"either": 3}, "$.either: expects PartParams | str, got 3"),
        ({"number": {"z": 1}}, "$.number.z: PointParams has no such field"),
        ({"pair": [{}]}, "$.pair: expects 2 values (tuple[PointParams, PointParams]), got 1"),
        ({"table": [[{"k": "x"}]]}, "$.table[0][0].k: expects int, got 'x'"),
        ({"listed": [4]}, "$.listed[0]: expects PartParams | str, got 4"),
        ({"either": {"__cls__": "os:path"}}, "$.either.__cls__: os:path isn't trusted"),
    ],
)
def test_wrong_data_for_params_in_values(data: Any, where: str) -> None:
    with pytest.raises(LoadError) as caught:
        from_dict(MixedParams, data)
    assert str(caught.value.mistakes[0]).startswith(where)


def test_what_a_lenient_reader_passes_over_is_told_once(recwarn: pytest.WarningsRecorder) -> None:
    data = {"either": {"k": 1, "z": 2}, "many": {"x": 1, "q": 2}, "named": {"a": [{"r": 1}]}}
    made = from_dict(MixedParams, data, strict=False)
    assert (made.either, made.many, made.named) == (PartParams(), PointParams(x=1), {"a": [PartParams()]})
    told = [str(warning.message).partition(":")[0] for warning in recwarn]
    assert sorted(told) == ["$.either.z", "$.many.q", "$.named.a[0].r"]


def test_the_schema_describes_params_in_values() -> None:
    found = json_schema(MixedParams)["$defs"]
    (mixed,) = [value for name, value in found.items() if name.endswith("MixedParams")]
    properties = mixed["properties"]
    assert {"type": "string"} in properties["either"]["anyOf"]
    assert properties["pair"] | {"items": None} == {"type": "array", "items": None, "minItems": 2, "maxItems": 2}
    assert "$ref" in str(properties["table"]["items"]["items"])


def test_help_shows_values_beside_params(read: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    from tfaip.params import parse

    with pytest.raises(SystemExit):
        parse(MixedParams, ["--help"])
    shown = capsys.readouterr().out
    assert "--either CLASS|STR" in shown
    assert "default: auto" in shown


def test_a_set_holds_frozen_params_alone() -> None:
    @params(frozen=True)
    class FrozenParams:
        k: int = 1

    holder = params(type("Holder", (), {"__annotations__": {"x": set[FrozenParams]}, "__module__": __name__}))
    made = holder(x={FrozenParams(k=1), FrozenParams(k=2)})
    assert from_dict(holder, to_dict(made)) == made
    with pytest.raises(DefinitionError, match="not in a set, unless they are frozen"):
        params(type("Other", (), {"__annotations__": {"x": set[PartParams]}}))
