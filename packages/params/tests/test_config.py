"""Config files: merged in order, under the command line; shown and saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import params_zoo as zoo
import pytest

from tfaip.params import CommandLine, CommandLineError, from_json, load, save, to_dict
from tfaip.params.serialization.yaml import load_yaml


@pytest.fixture
def command() -> CommandLine:
    command = CommandLine("prog", "Does something.")
    command.add_root("net", zoo.NetParams)
    command.add_root("layer", zoo.LayerParams, default=zoo.DenseParams(units=3, name="n"))
    return command


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    return write


def test_files_are_merged_in_order_under_the_line(command: CommandLine, write: Callable[[str, str], str]) -> None:
    one = write("a.yaml", "net:\n  nodes: [1]\n  activation: tanh\n  size: {width: 5}\n")
    two = write("b.toml", '[net]\nnodes = [2, 2]\n[net.size]\nheight = 6\n[layer]\nname = "other"\n')
    three = write("c.json", '{"net": {"activation": "sigmoid"}}')
    line = ["--net.size.height", "7", "--config", one, "--config", two, "--config", three]
    result = command.parse_or_raise(line)
    assert result["net"].nodes == [2, 2]
    assert result["net"].activation == "sigmoid"
    assert result["net"].size == zoo.SizeParams(width=5, height=7)
    assert result["layer"] == zoo.DenseParams(units=3, name="other")


def test_a_file_selects_classes_by_name_or_tag(command: CommandLine, write: Callable[[str, str], str]) -> None:
    text = (
        "net:\n  layers: [Conv, {__cls__: FC, units: 2}, {__cls__: 'params_zoo:ConvParams'}, {name: x}]\nlayer: Conv\n"
    )
    result = command.parse_or_raise(["--config", write("a.yaml", text), "--net.layers.1.units", "4"])
    assert result["net"].layers == [
        zoo.ConvParams(),
        zoo.DenseParams(units=4),
        zoo.ConvParams(),
        zoo.LayerParams(name="x"),
    ]
    # Another class was selected: what both inherit is kept.
    assert result["layer"] == zoo.ConvParams(name="n")


def test_values_of_an_earlier_file_survive_the_class_of_a_later_one(write: Callable[[str, str], str]) -> None:
    command = CommandLine("prog")
    command.add_root("trainer", zoo.TrainerParams, default=zoo.TrainerParams())
    one = write("a.yaml", "trainer:\n  optimizer: {lr: 0.25, beta_1: 0.1}\n")
    two = write("b.yaml", "trainer:\n  optimizer: Momentum\n")
    result = command.parse_or_raise(["--config", one, "--config", two])
    assert result["trainer"].optimizer == zoo.SGDParams(lr=0.25)
    table = command.read(["--config", one, "--config", two]).table
    spec = table.by_name["optimizer.lr"].node.spec
    assert spec is not None
    assert spec.options.help == "Learning rate of SGD"


def test_required_fields_may_come_from_a_file(write: Callable[[str, str], str]) -> None:
    command = CommandLine("prog")
    command.add_root("trainer", zoo.TrainerParams)
    path = write("a.yaml", "trainer:\n  gen:\n    train:\n      images: [a]\n  version: 9\n")
    trainer = command.parse_or_raise(["--config", path])["trainer"]
    assert (trainer.gen.train.images, trainer.version) == (["a"], 9)


def test_a_file_that_was_saved_from_one_root_is_a_config(tmp_path: Path) -> None:
    path = tmp_path / "trainer.json"
    save(zoo.TrainerParams(epochs=3), path)
    command = CommandLine("prog")
    command.add_root("other", zoo.SizeParams)
    command.add_root("trainer", zoo.TrainerParams)
    line = ["--config", str(path), "--other.width", "1", "--train.images", "x"]
    assert command.parse_or_raise(line)["trainer"].epochs == 3


def test_the_fields_of_the_only_root_may_stand_alone(write: Callable[[str, str], str]) -> None:
    for root in ("", "size"):
        command = CommandLine("prog")
        command.add_root(root, zoo.SizeParams)
        assert command.parse_or_raise(["--config", write("a.yaml", "width: 3\n")])[root].width == 3
    assert command.parse_or_raise(["--config", write("b.yaml", "{}")])["size"] == zoo.SizeParams()


def test_none_and_dicts_in_files(write: Callable[[str, str], str]) -> None:
    command = CommandLine("prog")
    command.add_root("trainer", zoo.TrainerParams, default=zoo.TrainerParams(warmstart=zoo.WarmstartParams()))
    text = "trainer:\n  warmstart: null\n  net:\n    heads:\n      a: {name: b}\n      1: FC\n"
    trainer = command.parse_or_raise(["--config", write("a.yaml", text)])["trainer"]
    assert trainer.warmstart is None
    assert trainer.net.heads == {"a": zoo.LayerParams(name="b"), "1": zoo.DenseParams()}


def test_a_saved_config_gives_the_same_params_again(command: CommandLine, tmp_path: Path) -> None:
    line = ["--net.layers", "FC", "Conv", "--net.layers.0.units=2", "--net.heads", "a=FC", "--net.nodes"]
    for suffix in ("json", "yaml", "toml"):
        path = str(tmp_path / f"saved.{suffix}")
        first = command.parse([*line, "--save-config", path])
        again = command.parse_or_raise(["--config", path])
        assert dict(again) == dict(first)


def test_a_saved_config_of_a_script_is_a_file_of_params(tmp_path: Path) -> None:
    command = CommandLine("prog")
    command.add_root("", zoo.SizeParams)
    command.parse(["--width", "3", "--save-config", str(tmp_path / "a.json")])
    assert load(zoo.SizeParams, tmp_path / "a.json") == zoo.SizeParams(width=3)


def test_a_config_that_cannot_be_saved_is_a_mistake(
    command: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--save-config", str(tmp_path / "missing" / "a.json")])
    assert caught.value.code == 2
    assert "--save-config" in capsys.readouterr().err


def test_show_prints_the_resulting_params_and_exits(
    command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Callable[[str], None]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--show", "--net.nodes", "1", "2"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert load_yaml(printed)["net"]["nodes"] == [1, 2]
    snapshot(printed)


def test_show_of_a_wrong_line_is_the_mistake(command: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--show", "--net.nodes", "x"])
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


def test_trust_lets_a_file_name_classes_of_a_package(
    write: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        "lab_of_config.py",
        "import params_zoo\nfrom tfaip.params import params\n"
        "@params\nclass Deep(params_zoo.DataBaseParams):\n    x: int = 1\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    path = write("a.yaml", "data:\n  __cls__: lab_of_config:Deep\n  x: 3\n")
    command = CommandLine("prog")
    command.add_root("data", zoo.DataBaseParams)
    with pytest.raises(CommandLineError, match="lab_of_config:Deep isn't trusted"):
        command.parse_or_raise(["--config", path])
    result = command.parse_or_raise(["--config", path, "--trust", "lab_of_config"])
    assert result["data"].x == 3
    assert result.trust == ("lab_of_config",)


def test_schema_is_complete_json(
    command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Callable[[str], None]
) -> None:
    command.add_argument("--seed", type=int, default=3, help="Seed")
    with pytest.raises(SystemExit):
        command.parse(["--show-schema", "--layer", "Conv"])
    printed = capsys.readouterr().out
    groups = {group["path"]: group for group in json.loads(printed)["groups"]}
    assert groups["layer"]["class"] == "params_zoo:ConvParams"
    kernel = next(item for item in groups["layer"]["fields"] if item["name"] == "kernel")
    assert kernel == {
        "name": "kernel",
        "path": "layer.kernel",
        "argument": "--layer.kernel",
        "also": [],
        "type": "tuple[int, int]",
        "default": "3 3",
        "choices": [],
        "required": False,
        "help": "",
    }
    snapshot(printed)


TYPES = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def validate(data: Any, schema: dict[str, Any], whole: dict[str, Any]) -> bool:
    """As much of JSON Schema as the schemas of params use."""
    if "$ref" in schema:
        return validate(data, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole)
    if "anyOf" in schema and not any(validate(data, option, whole) for option in schema["anyOf"]):
        return False
    if "enum" in schema and not any(data == value and type(data) is type(value) for value in schema["enum"]):
        return False
    if "type" in schema and not any(type(data) is cls for cls in TYPES[schema["type"]]):
        return False
    if isinstance(data, dict):
        known = dict(schema.get("properties", {}))
        for pattern, of_pattern in schema.get("patternProperties", {}).items():
            known.update({key: of_pattern for key in data if re.search(pattern, key)})
        rest = schema.get("additionalProperties", True)
        return all(
            validate(value, known[key], whole)
            if key in known
            else rest is True or (rest is not False and validate(value, rest, whole))
            for key, value in data.items()
        )
    if isinstance(data, list):
        schemas = [*schema.get("prefixItems", []), *[schema.get("items", {})] * len(data)]
        return all(validate(item, of_item, whole) for item, of_item in zip(data, schemas, strict=False))
    return True


STORED = [zoo.TrainerParams, zoo.AllParams, zoo.TreeParams, zoo.MyTrainerParams, zoo.PlainHolderParams]


@pytest.mark.parametrize("cls", STORED)
def test_json_schema_admits_what_is_saved_and_refuses_what_is_wrong(cls: type) -> None:
    from tfaip.params import json_schema, to_json

    schema = json_schema(cls)
    data = json.loads(to_json(cls()))
    assert validate(data, schema, schema)
    assert not validate({**data, "quux": 1}, schema, schema)
    assert not validate([], schema, schema)
    first = next(key for key in data if key not in ("__cls__", "format_version"))
    assert not validate({**data, first: {"quux": []}}, schema, schema)


@pytest.mark.parametrize(
    ("key", "is_right"),
    [
        ("layers+", True),
        ("layers.-1", True),
        ("heads.drop", True),
        ("nodes.0", True),
        ("layers-", False),
        ("layers.", False),
        ("activation+", False),
        ("layer+", False),
    ],
)
def test_json_schema_knows_the_keys_that_change_a_part(key: str, is_right: bool) -> None:
    from tfaip.params import json_schema

    schema = json_schema(zoo.NetParams)
    assert validate({key: []}, schema, schema) is is_right


def test_json_schema_of_a_command_names_its_roots(
    command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Callable[[str], None]
) -> None:
    with pytest.raises(SystemExit):
        command.parse(["--show-json-schema"])
    printed = capsys.readouterr().out
    schema = json.loads(printed)
    assert validate({"net": {"activation": "tanh"}, "layer": "FC"}, schema, schema)
    assert not validate({"net": {"activation": "rleu"}}, schema, schema)
    snapshot(printed)


def test_the_default_of_a_root_is_not_changed_by_parsing(command: CommandLine) -> None:
    before = to_dict(command.roots["layer"].default)
    command.parse_or_raise(["--layer.units", "9"])
    assert to_dict(command.roots["layer"].default) == before


def test_json_of_help_values_round_trips() -> None:
    assert from_json(zoo.NetParams, '{"nodes": [1]}').nodes == [1]
