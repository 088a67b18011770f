"""The text of files: what JSON, YAML and TOML may hold, and what is refused instead of being lost."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaip.params import LoadError, field, from_dict, load, params
from tfaip.params.serialization.formats import dump_text, parse_text
from tfaip.params.serialization.yaml import dump_yaml, load_yaml


class Level(IntEnum):
    LOW = 1


@params
class HeadParams:
    lr: float = 0.001


@params
class ModelParams:
    heads: dict[str, HeadParams] = field(factory=dict)
    by_number: dict[int, int] = field(factory=dict)
    by_flag: dict[bool, int] = field(factory=dict)
    by_name: dict[str, int] = field(factory=dict)
    by_level: dict[Level, int] = field(factory=dict)
    units: int = field(default=1, former_names=("nodes", "size"))


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str, str], list[str]]:
    """What `load` says of a text in a file, after the name of the file."""

    def of(text: str, suffix: str) -> list[str]:
        path = tmp_path / f"params.{suffix}"
        path.write_text(text, "utf-8")
        with pytest.raises(LoadError) as caught:
            load(ModelParams, path)
        assert all(mistake.where.startswith(str(path)) for mistake in caught.value.mistakes)
        return [str(mistake).removeprefix(f"{path}: ") for mistake in caught.value.mistakes]

    return of


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        ("yaml", "units: 1\nunits: 2\n", ["$.units: the key is there twice (in lines 1 and 2)"]),
        ("yaml", "heads:\n  a: {lr: 1, lr: 2}\n", ["$.heads.a.lr: the key is there twice (in line 2)"]),
        ("yaml", "by_number: {1: 1, 01: 2}\n", ["$.by_number.01: the key is there twice (in line 1)"]),
        ("yaml", "by_number: {1: 1, true: 2}\n", ["$.by_number.true: the key is there twice (in line 1)"]),
        ("yaml", "heads: {a: &x {lr: 1, lr: 2}, b: *x}\n", ["$.heads.a.lr: the key is there twice (in line 1)"]),
        ("json", '{"units": 1, "units": 2}', ["$.units: the key is there twice"]),
        ("json", '{"heads": {"a": {"lr": 1, "lr": 2}}}', ["$.heads.a.lr: the key is there twice"]),
        ("json", '{"a": [{"b": 1, "b": 2, "b": 3}]}', ["$.a[0].b: the key is there twice"]),
        (
            "json",
            '{"units": {"x": 1, "x": 2}, "units": {"y": 1, "y": 1}}',
            ["$.units: the key is there twice", "$.units.y: the key is there twice"],
        ),
        ("toml", "units = 1\nunits = 2\n", ["is no valid TOML: Cannot overwrite a value (at line 2, column 10)"]),
    ],
)
def test_a_key_twice_is_refused_with_its_path(
    suffix: str, text: str, expected: list[str], problems: Callable[..., list[str]]
) -> None:
    assert problems(text, suffix) == expected


def test_many_keys_that_stand_twice_are_counted() -> None:
    text = "{" + ", ".join(f'"k{i}": 1, "k{i}": 2' for i in range(100)) + "}"
    with pytest.raises(LoadError) as caught:
        parse_text(text, "json", "f.json")
    assert [str(m) for m in caught.value.mistakes[-2:]] == [
        "f.json: $.k19: the key is there twice",
        "f.json: 80 more mistakes",
    ]


def test_keys_that_are_read_as_the_same_one_are_refused() -> None:
    data = {
        "by_number": {"1": 1, "01": 2, 1: 3},
        "by_flag": {"true": 1, "yes": 2, True: 3},
        "units": 1,
        "size": 2,
    }
    with pytest.raises(LoadError) as caught:
        from_dict(ModelParams, data)
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "$.by_number.01: '01' is the same key as '1'",
        "$.by_number.1: 1 is the same key as '1'",
        "$.by_flag.yes: 'yes' is the same key as 'true'",
        "$.by_flag.True: True is the same key as 'true'",
        "$.size: is the same field as units, give one of them",
    ]


def test_keys_of_yaml_that_are_no_text_have_the_type_of_the_keys() -> None:
    read = from_dict(ModelParams, load_yaml("by_number: {1: 2}\nby_flag: {true: 3}\nby_level: {1: 4}\nby_name: {5: 6}"))
    assert (read.by_number, read.by_flag, read.by_level) == ({1: 2}, {True: 3}, {Level.LOW: 4})
    assert read.by_name == {"5": 6}
    with pytest.raises(LoadError) as caught:
        from_dict(
            ModelParams, load_yaml("by_name: {no: 0, true: 1}\nby_flag: {1: 2}\nby_level: {true: 3}\nheads: {~: {}}")
        )
    assert [mistake.problem for mistake in caught.value.mistakes] == [
        "expects a key of type str, got true",
        "expects a key of type bool, got 1",
        "expects a key of type Level, got true",
        "expects a key of type str, got none",
    ]


def test_a_merge_key_is_refused_by_name_and_an_anchor_is_read(problems: Callable[..., list[str]]) -> None:
    found = problems("heads:\n  a: &x {lr: 3}\n  b:\n    <<: *x\n", "yaml")
    assert found[0].startswith("$.heads.b.<<: merge keys are not supported (in line 4)")
    read = from_dict(ModelParams, load_yaml("heads: {a: &x {lr: 3}, b: *x}\nby_name: {'<<': 1}"))
    assert (read.heads["b"].lr, read.by_name) == (3.0, {"<<": 1})
    assert load_yaml(dump_yaml({"<<": "<<"})) == {"<<": "<<"}


@pytest.mark.parametrize("text", ["", "  \n", "# all at their defaults\n", "---\n", "\ufeff"])
def test_a_yaml_file_without_content_is_an_empty_mapping(text: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text, "utf-8")
    assert load(ModelParams, path) == ModelParams()


def test_a_json_file_without_content_is_damaged(problems: Callable[..., list[str]]) -> None:
    assert problems("", "json") == problems(" \n", "json") != []
    assert "the file is empty, write {}" in problems("", "json")[0]
    assert problems("null", "yaml") == ["$: expects the fields of a ModelParams, got none"]


@pytest.mark.parametrize(("suffix", "text"), [("json", '{"units": 3}'), ("yaml", "units: 3"), ("toml", "units = 3")])
def test_a_byte_order_mark_at_the_start_of_a_file_is_no_text(suffix: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"params.{suffix}"
    path.write_text(f"\ufeff{text}", "utf-8")
    assert load(ModelParams, path).units == 3
    assert parse_text(f"\ufeff{text}", suffix) == {"units": 3}


@pytest.mark.parametrize("format_", ["json", "yaml", "toml"])
@given(text=st.text(max_size=30) | st.text(" aü\n\r\x85\u2028\ufeff\t:#-'\"", max_size=200))
def test_every_text_is_read_as_it_was_written(format_: str, text: str) -> None:
    data: dict[str, Any] = {"a": text, text: [text]}
    assert parse_text(dump_text(data, format_), format_) == data


def test_half_of_a_surrogate_pair_is_escaped() -> None:
    for format_ in ("json", "yaml"):
        text = dump_text({"a": "x\udce4y"}, format_)
        assert parse_text(text.encode("utf-8").decode("utf-8"), format_) == {"a": "x\udce4y"}


def test_a_config_file_with_a_key_twice_is_a_mistake_of_the_line(mistakes: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("net:\n  units: 1\nnet:\n  units: 2\n")
    expected = f"{path}: $.net: the key is there twice (in lines 1 and 3)"
    assert mistakes(ModelParams, ["--config", str(path)], root="net") == expected


def test_an_empty_config_file_changes_nothing(read: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# later\n")
    assert read(ModelParams, ["--config", str(path)], root="net") == ModelParams()


def test_keys_that_make_the_same_argument_are_a_mistake(mistakes: Callable[..., str]) -> None:
    for words, key in (("--heads a-b a_b", "a_b"), ("--heads a a.lr", "a.lr")):
        problem = f"the key '{key}' makes an argument that another key makes too, rename one of them"
        assert mistakes(ModelParams, words) == f"--heads: {problem}"
