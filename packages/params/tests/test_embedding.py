"""Params beside the arguments of an argparse parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import params_zoo as zoo
import pytest

from tfaip.params import CommandLineError, EmbeddedCommandLine, embed


@pytest.fixture
def command() -> EmbeddedCommandLine:
    parser = argparse.ArgumentParser(prog="prog", description="Has arguments of its own.")
    parser.add_argument("source")
    parser.add_argument("-o", "--output", default="out")
    parser.add_argument("--many", nargs="*")
    command = embed(parser)
    command.add_root("net", zoo.NetParams)
    return command


def test_each_parser_gets_its_own(command: EmbeddedCommandLine) -> None:
    line = "here --net.nodes 1 2 -o there --net.size.crop --many a b --net.activation=tanh"
    result = command.parse_or_raise(line.split())
    assert (result["net"].nodes, result["net"].activation, result["net"].size.crop) == ([1, 2], "tanh", True)
    assert vars(command.namespace) == {"source": "here", "output": "there", "many": ["a", "b"]}


def test_positional_words_after_our_arguments_reach_argparse(command: EmbeddedCommandLine) -> None:
    command.parse_or_raise(["--net.activation", "tanh", "here"])
    assert command.namespace.source == "here"
    command.parse_or_raise(["--net.size.crop", "--", "--strange"])
    assert command.namespace.source == "--strange"


def test_what_nobody_knows_is_our_mistake(command: EmbeddedCommandLine) -> None:
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(["here", "--net.activaton", "tanh", "--net.nodes", "x"])
    assert str(caught.value).splitlines() == [
        "--net.nodes: must be a whole number, got 'x'",
        "--net.activaton: unknown argument",
        "  did you mean --net.activation?",
    ]


def test_mistakes_of_argparse_are_its_own(command: EmbeddedCommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--net.activation", "tanh"])
    assert caught.value.code == 2
    assert "the following arguments are required: source" in capsys.readouterr().err


def test_help_shows_both(
    command: EmbeddedCommandLine, capsys: pytest.CaptureFixture[str], snapshot: Callable[[str], None]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.parse(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert text.index("--output") < text.index("--net.activation")
    # What argparse writes differs from one Python to the next.
    snapshot(text[text.index("net: Net") : text.index("always there")])


def test_subcommands() -> None:
    parser = argparse.ArgumentParser(prog="prog")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train").add_argument("--fast", action="store_true")
    commands.add_parser("test")
    command = embed(parser)
    command.add_root("size", zoo.SizeParams)
    result = command.parse_or_raise(["train", "--size.width", "3", "--fast"])
    assert result["size"].width == 3
    assert (command.namespace.command, command.namespace.fast) == ("train", True)


def test_help_of_a_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="prog")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train").add_argument("--fast", action="store_true", help="be fast")
    command = embed(parser)
    command.add_root("size", zoo.SizeParams)
    with pytest.raises(SystemExit):
        command.parse(["train", "--help"])
    text = capsys.readouterr().out
    assert "be fast" in text
    assert "--size.width" in text
