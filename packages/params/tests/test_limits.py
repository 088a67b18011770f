"""Parameter files are bounded by what honest ones hold, and odd values end in a sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tfaip.params import LoadError, field, load, params, save
from tfaip.params.serialization import limits
from tfaip.params.serialization.formats import parse_text


@params
class FilesParams:
    names: list[str] = field(factory=list)


FORMATS = ["json", "yaml", "toml"]


def refusal(text: str, form: str) -> str:
    with pytest.raises(LoadError) as error:
        parse_text(text, form, "f")
    assert len(error.value.mistakes) == 1
    return str(error.value)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.takes_long
def test_a_file_may_name_200_000_files(tmp_path: Path, form: str) -> None:
    files = FilesParams(names=[f"data/p.{number}/{{a}} = [{number}].png" for number in range(200_000)])
    save(files, tmp_path / f"f.{form}")
    assert load(FilesParams, tmp_path / f"f.{form}") == files


DOTS = ".".join("a" * 102)
QUOTED_DOTS = DOTS.replace("a", '"a"')
KEYS = limits.MAX_KEYS + 1
TABLES = limits.MAX_MAPPINGS + 1


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("json", json.dumps({DOTS: 1}), "has a key of more than 100 dots: a.a.a"),
        ("yaml", f"{DOTS}: 1", "has a key of more than 100 dots: a.a.a"),
        ("toml", f"{DOTS} = 1", "has a key of more than 100 dots: a.a.a"),
        ("toml", f"x = {{ {QUOTED_DOTS} = 1 }}", "has a key of more than 100 dots"),
        ("toml", f"[{DOTS}]", "has a key of more than 100 dots: a.a.a"),
        ("json", json.dumps(dict.fromkeys(range(KEYS), 0)), "holds more than 100,000 keys in one object"),
        ("yaml", "\n".join(f"k{i}: 0" for i in range(KEYS)), "holds more than 100,000 keys in one object"),
        ("toml", "\n".join(f"k{i} = 0" for i in range(KEYS)), "holds more than 100,000 keys in one object"),
        ("toml", "\n".join(f"k{i} = 0" for i in range(200_001)), "holds more than 200,000 keys"),
        ("json", json.dumps([{}] * TABLES), "holds more than 50,000 objects"),
        ("yaml", "- {}\n" * TABLES, "holds more than 50,000 objects"),
        ("toml", f"x = [{'{},' * TABLES}]", "holds more than 50,000 objects"),
        ("json", f"[{'0,' * 500_000}0]", "holds more than 500,000 values"),
        ("yaml", f"[{'0,' * 500_000}0]", "holds more than 500,000 values"),
        ("toml", "x = " + "[" * 101 + "]" * 101, "is nested too deeply, more than 100 levels"),
        ("toml", "x = " + "[" * 100_000, "is nested too deeply"),
        ("toml", "[[x]]\n" * TABLES, "holds more than 50,000 objects"),
        ("toml", "x = " + '"' + '\\"' * 100_000, "is no valid TOML"),
        ("toml", "x = " + '"""' + '\\"' * 100_000, "is no valid TOML"),
        ("toml", "x = " + "'" * 3 + "''x" * 100_000, "is no valid TOML"),
    ],
    ids=lambda value: value if len(value) < 60 else "",
)
def test_larger_documents_than_honest_ones_are_refused_by_the_bound(form: str, text: str, message: str) -> None:
    assert refusal(text, form).startswith(f"f: {message}")


@pytest.mark.parametrize(
    "text",
    [
        "'a.b.c'" + " = 1",
        f'x = "{DOTS} = 1"',
        f"x = '{DOTS}'",
        f'x = """\n{DOTS} = {{ "\n"""',
        f"x = '''\n{DOTS} = 1'''",
        f"# {DOTS}\nx = 1",
        'x = "\\"={" # ="',
    ],
)
def test_texts_and_comments_of_toml_are_no_keys(text: str) -> None:
    assert parse_text(text, "toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!bool abc", "expected !!bool, got 'abc'"),
        ("a: !!int x", "expected !!int, got 'x'"),
        ("a: !!float x", "expected !!float, got 'x'"),
        ("a: !!null x", "expected !!null, got 'x'"),
        ("a: 1" + "0" * 5000, "expected !!int, got '1000"),
        ("a: !!timestamp 2001-13-45", "could not determine a constructor for the tag"),
        ("a: !!binary x", "could not determine a constructor for the tag"),
        ("a: !!set {a, b}", "could not determine a constructor for the tag"),
        ("a: !!seq {}", "expected a sequence node, but found mapping"),
        ("? [a]\n: 1", "found unhashable key"),
    ],
)
def test_odd_tags_of_yaml_end_in_a_sentence_with_the_line(text: str, message: str) -> None:
    found = refusal(f"b: 1\n{text}", "yaml")
    assert message in found
    assert "(line 2, " in found


def test_files_that_are_none_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    for name in ("pipe.json", "device.yaml", "a\0b.toml"):
        with pytest.raises(LoadError, match=r"can't be read: it"):
            load(FilesParams, tmp_path / name)


def test_yaml_without_libyaml_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from tfaip.params.serialization import yaml as ours

    data = {"a": [1, -2.5, float("inf"), None, True, "no", "a: b", "x\x85y", "<<", ""], "b": {}, "c": {"d": "e\n"}}
    fast = ours.dump_yaml(data)
    assert ours.load_yaml(fast) == data
    monkeypatch.setattr(ours, "_FastLoader", ours._Loader)
    monkeypatch.setattr(ours, "_FastDumper", ours._Dumper)
    assert ours.load_yaml(ours.dump_yaml(data)) == ours.load_yaml(fast) == data


def test_of_many_mistakes_the_first_ones_are_listed(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(json.dumps({"names": [1] * 1_000}))
    with pytest.raises(LoadError) as error:
        load(FilesParams, tmp_path / "f.json")
    assert len(error.value.mistakes) == 21
    assert str(error.value).endswith("f.json: 980 more mistakes")
