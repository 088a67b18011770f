"""What help shows, to the letter, at 80 columns."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import params_zoo as zoo
import pytest

from tfaip.params import CommandLine, field, params, parse
from tfaip.params.table_console import open_console

Snapshot = Callable[[str], None]


@pytest.fixture
def command() -> CommandLine:
    command = CommandLine("tfaip-demo", "Trains a network. This description is longer than one line of 80 columns is.")
    command.add_argument("scenario", required=True, help="What to train")
    command.add_argument("extra", type=list[str])
    command.add_argument("--dry-run", "-n", type=bool, help="Do nothing")
    command.add_argument("--level", type=int, default=2, choices=[1, 2], help="How much to say")
    command.add_root("trainer", zoo.TrainerParams)
    return command


def printed_help(command: CommandLine, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        command.parse(line.split())
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_help(command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Snapshot) -> None:
    text = printed_help(command, "--help", capsys)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    snapshot(text)


def test_help_of_selected_classes_and_values(
    command: CommandLine, capsys: pytest.CaptureFixture[str], snapshot: Snapshot
) -> None:
    line = "-h --optimizer SGD --optimizer.lr 3 --net.layers FC --net.heads a=Conv --warmstart --trainer.epochs x"
    snapshot(printed_help(command, line, capsys))


def test_help_of_a_default_instance_shows_its_values(capsys: pytest.CaptureFixture[str], snapshot: Snapshot) -> None:
    command = CommandLine("prog")
    default = zoo.TrainerParams(epochs=7, gen=zoo.DataParams(train=zoo.GenParams(images=["a b", "c"])))
    command.add_root("trainer", zoo.TrainerParams, default=default)
    text = printed_help(command, "--help", capsys)
    assert "default: 7" in text
    assert "default: 'a b' c" in text
    snapshot(text)


def test_help_of_every_type(capsys: pytest.CaptureFixture[str], snapshot: Snapshot) -> None:
    with pytest.raises(SystemExit):
        parse(zoo.AllParams, ["--help"], prog="prog")
    snapshot(capsys.readouterr().out)


def test_help_of_a_root_without_a_class(capsys: pytest.CaptureFixture[str], snapshot: Snapshot) -> None:
    command = CommandLine("prog")
    command.add_root("optimizer", zoo.OptimizerParams)
    command.add_root("size", zoo.SizeParams | None)
    snapshot(printed_help(command, "--help", capsys))


def test_long_choices_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    from tfaip.params import field, params

    wide = params(type("Wide", (), {"__annotations__": {"x": int}, "x": field(default=1, choices=list(range(40)))}))
    command = CommandLine("prog")
    command.add_root("", wide)
    assert "14, 15, ... 40 in all" in " ".join(printed_help(command, "--help", capsys).split())


def test_a_plain_argument_shows_choices_and_default_only_where_there_are_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = CommandLine("prog")
    command.add_argument("--file", type=Path | None, help="Read")
    command.add_argument("--words", type=list[str], default=[], help="Said")
    command.add_argument("--mode", type=Literal["fast", "slow"] | None, help="Pace")
    lines = [line.strip() for line in printed_help(command, "--help", capsys).splitlines()]
    assert "--file PATH                 Read" in lines
    assert "--words STR ...             Said" in lines
    assert "--mode FAST|SLOW            Pace [one of fast, slow, none]" in lines


def test_help_never_fails_because_of_a_default_of_another_type(capsys: pytest.CaptureFixture[str]) -> None:
    from tfaip.params import field, params

    annotations = {"x": int | None, "y": list[int]}
    made = {"x": field(factory=lambda: "odd"), "y": field(factory=lambda: 3)}  # what a factory makes isn't checked
    odd = params(type("Odd", (), {"__annotations__": annotations, **made}))
    command = CommandLine("prog")
    command.add_root("", odd)
    text = printed_help(command, "--help", capsys)
    assert "default: odd" in text
    assert "default: 3" in text


@pytest.mark.parametrize(("variable", "coloured"), [("FORCE_COLOR", True), ("NO_COLOR", False)])
def test_colour(
    variable: str, coloured: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv(variable, "1")
    command = CommandLine("prog")
    command.add_root("", zoo.GenParams)
    assert ("\x1b[" in printed_help(command, "--help", capsys)) is coloured


@pytest.mark.parametrize("colour", ["", "1"], ids=["plain", "colour"])
@pytest.mark.parametrize("columns", ["0", "1", "", "wide", "1000"])
def test_odd_widths_of_a_terminal_are_taken(
    columns: str,
    colour: str,
    command: CommandLine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = printed_help(command, "--help", capsys)
    monkeypatch.setenv("FORCE_COLOR", colour)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", columns)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", printed_help(command, "--help", capsys))
    assert printed.split() == wanted.split()


@pytest.mark.parametrize(("columns", "lines"), [("0", "0"), ("0", "40"), ("120", "0")])
def test_a_console_has_a_size(columns: str, lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", lines)
    size = open_console().size
    assert size == (int(columns) or 80, int(lines) or 25)


def test_colour_and_plain_text_say_the_same(
    command: CommandLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = printed_help(command, "--help", capsys)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = printed_help(command, "--help", capsys)
    assert coloured != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


@pytest.mark.parametrize(("line", "code"), [("--help", 0), ("--show-schema", 0), ("x --show", 0), ("--wrong", 2)])
def test_a_process_without_a_console_is_told_nothing(
    line: str, code: int, command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as ended:
        command.parse(line.split())
    assert ended.value.code == code


def test_choices_stand_before_the_type(capsys: pytest.CaptureFixture[str]) -> None:
    from tfaip.params import field, params

    @params
    class Chosen:
        modes: set[str] = field(factory=set, choices=["train", "val"], help="Modes")
        layer: zoo.OptimizerParams = field(factory=zoo.SGDParams, choices=[zoo.SGDParams], help="Optimizer")
        strict: zoo.OptimizerParams = field(factory=zoo.SGDParams, choices=[zoo.SGDParams], enforce_choices=True)

    command = CommandLine("prog")
    command.add_root("net", Chosen)
    text = " ".join(printed_help(command, "--help", capsys).split())
    assert "--net.modes STR ... Modes [one of train, val; set[str]; default: (empty)]" in text
    assert "--net.layer CLASS Optimizer [one of Momentum, Adam; default: Momentum]" in text
    assert "--net.strict" not in text.replace("--net.strict.", "")


@pytest.mark.parametrize("width", [20, 40, 60, 72])
def test_help_is_as_narrow_as_the_terminal(
    width: int, command: CommandLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = printed_help(command, "--help", capsys)
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed_help(command, "--help", capsys).splitlines()
    # Only a word that is longer than the line goes beyond it, and no word is cut.
    assert [line for line in lines if len(line) > width and " " in line.strip()] == []
    assert " ".join(lines).split() == wide.split()


class AsciiPipe(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")

    def text(self) -> str:
        self.flush()
        self.seek(0)
        return self.read()


@params(name="Späte")
class TypographicParams:
    """Größe \u2013 the “fields” \u2026."""

    rate: float = field(default=0.1, help="Rate → the first layer\u2019s")
    name: str = field(default="ä", choices=["ä", "😀"])
    folder: str = "x\udcff"


@pytest.mark.parametrize("request_", ["--help", "--show", "--show-schema", "--show-json-schema"])
def test_an_ascii_pipe_gets_all_in_its_characters(request_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = AsciiPipe()
    monkeypatch.setattr("sys.stdout", pipe)
    with pytest.raises(SystemExit) as caught:
        parse(TypographicParams, [request_], prog="prög")
    assert caught.value.code == 0
    text = pipe.text()
    if request_ == "--help":
        assert 'Gr\\xf6\\xdfe - the "fields" ....' in text
        assert "Rate -> the first layer's" in text
        assert "one of \\xe4, \\U0001f600" in text
    else:
        data = json.loads(text)
        assert "\\u00e4" in text
        if request_ == "--show":
            assert (data["name"], data["folder"]) == ("ä", "x\udcff")
        else:
            assert "😀" in str(data)


def test_messages_reach_an_ascii_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = AsciiPipe()
    monkeypatch.setattr("sys.stderr", pipe)
    with pytest.raises(SystemExit):
        parse(TypographicParams, ["--name", "ü"], prog="prog")
    assert "must be one of \\xe4, \\U0001f600, got '\\xfc'" in pipe.text()
