"""The exact words of every kind of mistake: wrong command lines and wrong config files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import params_zoo as zoo
import pytest

from tfaip.params import CommandLine, CommandLineError, field, params

WRONG_LINES = {
    "misspelt_argument": "--epocs 3",
    "misspelt_class_path": "--optimzer.lr 3",
    "misspelt_last_part": "--optimizer.learning_rate 0.1",
    "wrong_parent": "--trainer.batch_size 3",
    "nothing_similar": "--quux 3",
    "abbreviation": "--trainer.epoch 3",
    "two_unknown": "--trainer.epocs 3 --net.activaton relu",
    "unknown_class": "--optimizer Adm",
    "unknown_class_nothing_similar": "--optimizer Quux",
    "unknown_class_and_its_fields": "--optimizer Adm --optimizer.beta 3",
    "class_of_another_kind": "--optimizer params_zoo:ConvParams",
    "class_that_is_no_params": "--optimizer os:PathLike",
    "module_missing": "--optimizer no_such_module:Adam",
    "name_missing_in_module": "--optimizer params_zoo:AdamParam",
    "abstract_class": "--optimizer params_zoo:OptimizerParams",
    "malformed_tag": "--optimizer :Adam",
    "class_without_word": "--optimizer",
    "two_classes": "--optimizer Adam SGD",
    "none_where_not_allowed": "--optimizer none",
    "field_of_other_class": "--optimizer.momentum 0.5",
    "field_of_none": "--warmstart none --warmstart.model x",
    "int": "--trainer.epochs ten",
    "int_float": "--trainer.epochs 1.5",
    "int_none": "--trainer.epochs none",
    "int_without_word": "--trainer.epochs",
    "int_two_words": "--trainer.epochs 1 2",
    "float": "--optimizer.lr fast",
    "optional_float": "--optimizer.clip_norm off",
    "bool_word": "--trainer.verbose maybe",
    "bool_equals": "--trainer.verbose=maybe",
    "negated_with_value": "--trainer.no-verbose=yes",
    "negated_with_word": "--trainer.no-verbose yes",
    "choice": "--net.activation rleu",
    "choice_nothing_similar": "--net.activation 7",
    "list_item": "--net.nodes 1 two 3",
    "list_index": "--net.layers.5.filters 3",
    "list_index_of_wrong_class": "--net.layers.0.units 3",
    "list_class": "--net.layers Conv Dence",
    "dict_key": "--net.heads.main.name x",
    "dict_class": "--net.heads main=Danse",
    "tuple_too_few": "--net.layers.0.kernel 3",
    "tuple_too_many": "--net.layers.0.kernel 3 4 5",
    "tuple_like_too_many": "--net.size 1 2 true 4",
    "tuple_like_wrong": "--net.size 1 two",
    "hidden_field": "--trainer.version 4",
    "fixed_class": "--net Net",
    "loose_word": "word",
    "word_after_separator": "--trainer.epochs 3 -- word",
    "negative_number_for_list": "--net.nodes -1 -x",
    "all_at_once": "--trainer.epochs x --net.activation y --optimizer Z --quux --net.layers A B",
    "config_missing": "--config missing.yaml",
    "config_suffix": "--config params.ini",
    "config_without_file": "--config",
}

WRONG_FILES = {
    "unknown_root.yaml": "trainr:\n  epochs: 3\n",
    "unknown_key.yaml": "trainer:\n  epocs: 3\n  quux: 1\n",
    "unknown_key_deep.json": '{"trainer": {"net": {"size": {"widht": 3}}}}',
    "wrong_type.json": '{"trainer": {"epochs": "3"}}',
    "bool_for_int.json": '{"trainer": {"epochs": true}}',
    "float_for_int.toml": "[trainer]\nepochs = 1.5\n",
    "none_for_int.yaml": "trainer:\n  epochs:\n",
    "wrong_item.yaml": "trainer:\n  net:\n    nodes: [1, two, 3, four]\n",
    "str_for_list.yaml": "trainer:\n  net:\n    nodes: abc\n",
    "choice.yaml": "trainer:\n  net:\n    activation: rleu\n",
    "unknown_class.yaml": "trainer:\n  optimizer: Adm\n",
    "unknown_class_tag.yaml": "trainer:\n  optimizer:\n    __cls__: Adm\n    lr: 3\n",
    "tag_is_no_text.json": '{"trainer": {"optimizer": {"__cls__": 3}}}',
    "untrusted.json": '{"trainer": {"optimizer": {"__cls__": "os:system"}}}',
    "wrong_kind.json": '{"trainer": {"optimizer": {"__cls__": "params_zoo:ConvParams"}}}',
    "params_from_number.json": '{"trainer": {"net": 3}}',
    "list_of_params.yaml": "trainer:\n  net:\n    layers: {units: 3}\n",
    "list_item_of_params.yaml": "trainer:\n  net:\n    layers: [Conv, 7, {__cls__: FC, unit: 3}]\n",
    "dict_of_params.yaml": "trainer:\n  net:\n    heads: [a]\n",
    "tuple_length.json": '{"trainer": {"net": {"layers": [{"__cls__": "Conv", "kernel": [1, 2, 3]}]}}}',
    "no_object.json": "[1, 2]",
    "malformed.json": '{"trainer": ',
    "malformed.yaml": "trainer: [1, 2\nepochs: 3\n",
    "malformed.toml": "trainer = \n",
    "newer.json": '{"format_version": 99, "trainer": {}}',
    "malformed_version.json": '{"format_version": "1"}',
    "no_text.json": b"\xff\xfe\x00",
}


@pytest.fixture
def command() -> CommandLine:
    command = CommandLine("prog")
    default = zoo.TrainerParams(gen=zoo.DataParams(train=zoo.GenParams(images=["a"])))
    command.add_root("trainer", zoo.TrainerParams, default=default)
    return command


@pytest.mark.parametrize("name", WRONG_LINES)
def test_wrong_line(name: str, command: CommandLine, snapshot: Callable[[str], None]) -> None:
    line = WRONG_LINES[name]
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(line.split())
    snapshot(f"$ prog {line}\n{caught.value}\n")


@pytest.mark.parametrize("name", WRONG_FILES)
def test_wrong_file(
    name: str,
    command: CommandLine,
    snapshot: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = WRONG_FILES[name]
    Path(name).write_bytes(text if isinstance(text, bytes) else str(text).encode())
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(["--config", name])
    snapshot(f"{text!r}\n---\n{caught.value}\n")


def test_a_wrong_line_ends_the_command_with_2(
    command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Callable[[str], None]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--trainer.epochs", "x", "--net.activation", "y"])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    snapshot(printed.err)


def test_there_are_enough_of_them() -> None:
    assert len(WRONG_LINES) + len(WRONG_FILES) >= 40


TABLE = {"low": 1}


class Level:
    def __init__(self, number: int) -> None:
        self.number = number

    @classmethod
    def from_word(cls, word: str) -> Level:
        return cls(TABLE[word])

    def to_word(self) -> str:
        return "low"


@params
class TableParams:
    level: Level | None = None
    number: str = field(default="low", converter=lambda word: str(TABLE[word]))
    rate: float = field(default=1.0, converter=lambda divisor: 1 / divisor)
    some: list[int] = field(factory=lambda: [1], validator=lambda params, attribute, value: value[0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--level high", "--level: must be a Level, got 'high'\n  KeyError: 'high'"),
        ("--number high", "--number: KeyError, got 'high'"),
        ("--rate 0", "--rate: ZeroDivisionError: float division by zero, got 0.0"),
        ("--some", "--some: IndexError: list index out of range, got []"),
    ],
)
def test_any_error_about_a_value_is_a_mistake(words: str, message: str, mistakes: Callable[..., str]) -> None:
    assert mistakes(TableParams, words) == message
