"""Positional fields, counters, and values from environment variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tfaip.params import CommandLine, CommandLineError, DefinitionError, embed, field, params, parse


@params(name="ShortOpt")
class OptParams:
    lr: float = 0.1


@params(name="ShortSGD")
class SGDParams(OptParams):
    m: float = 0.0


@params
class CopyParams:
    src: str = field(positional=True, help="Where from")
    files: list[str] = field(factory=list, positional=True)
    verbose: int = field(default=0, counter=True, aliases=["-v"])
    loud: bool = field(default=False, aliases=["-l"])
    opt: OptParams = field(factory=OptParams)
    maybe: OptParams | None = None
    x: list[int] = field(factory=lambda: [1])
    my_name: str = "a"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a", {"src": "a"}),
        ("a b c", {"src": "a", "files": ["b", "c"]}),
        ("a -l b", {"src": "a", "loud": True, "files": ["b"]}),
        ("--src q a b", {"src": "q", "files": ["a", "b"]}),
        ("a --files b", {"src": "a", "files": ["b"]}),
        ("--opt.lr 3 a", {"src": "a", "opt": OptParams(lr=3.0)}),
        ("-- -a --b", {"src": "-a", "files": ["--b"]}),
        ("-3", {"src": "-3"}),
        ("a -v", {"src": "a", "verbose": 1}),
        ("-vvv a", {"src": "a", "verbose": 3}),
        ("-v a -vv", {"src": "a", "verbose": 3}),
        ("-v=4 a", {"src": "a", "verbose": 4}),
        ("--verbose a", {"src": "a", "verbose": 1}),
        ("--verbose 3 a -v", {"src": "a", "verbose": 4}),
        ("a -v 5", {"src": "a", "verbose": 1, "files": ["5"]}),
    ],
)
def test_words_without_names_and_counters(words: str, expected: dict[str, Any], read: Callable[..., Any]) -> None:
    assert read(CopyParams, words) == CopyParams(**expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "--src: is required (str)\n  Where from"),
        ("-vvl a", "-vvl: unknown argument\n  if it is a value: -- -vvl"),
        ("a -ll", "-ll: unknown argument"),
        ("a -files b", "-files: unknown argument\n  write --files\n  if it is a value: -- -files"),
        ("a --files b -- c", "unexpected value 'c'"),
    ],
)
def test_what_is_no_value_is_a_mistake(words: str, message: str, mistakes: Callable[..., str]) -> None:
    assert mistakes(CopyParams, words).startswith(message)


def test_help_shows_positional_fields_and_counters(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(CopyParams, ["--help"], prog="copy", env_prefix="COPY_")
    text = capsys.readouterr().out
    assert text.startswith("usage: copy SRC [FILES ...] [--argument value ...]\n")
    assert "  SRC, --src STR              Where from [required; env: COPY_SRC]\n" in text
    assert "  --verbose                   [also -v; env: COPY_VERBOSE; default: 0]\n" in text
    assert "env: COPY_OPT__LR" in text


def test_counters_work_beside_argparse() -> None:
    import argparse

    parser = argparse.ArgumentParser(prog="prog")
    parser.add_argument("-n", type=int)
    command = embed(parser)

    @params
    class LoudParams:
        verbose: int = field(default=0, counter=True, aliases=["-v"])

    command.add_root("", LoudParams)
    assert command.parse_or_raise(["-vv", "-n", "3", "-v"])[""].verbose == 3
    assert command.namespace.n == 3


@pytest.mark.parametrize(
    ("variables", "words", "expected"),
    [
        ({"MY_OPT__LR": "3"}, "", {"opt": OptParams(lr=3.0)}),
        ({"MY_OPT__LR": "3"}, "--opt.lr 4", {"opt": OptParams(lr=4.0)}),
        ({"MY_OPT": "ShortSGD", "MY_OPT__M": "2"}, "", {"opt": SGDParams(m=2.0)}),
        ({"MY_X": "1 2"}, "", {"x": [1, 2]}),
        ({"MY_X": "[4, 5]"}, "", {"x": [4, 5]}),
        ({"MY_X": "1 2"}, "--x+ 3", {"x": [1, 2, 3]}),
        ({"MY_MAYBE__LR": "3"}, "", {"maybe": OptParams(lr=3.0)}),
        ({"MY_LOUD": "true"}, "", {"loud": True}),
        ({"MY_MY_NAME": "b c"}, "", {"my_name": "b c"}),
        ({"MY_VERBOSE": "2"}, "", {"verbose": 2}),
        ({"MY_SRC": "z"}, "", {}),
        ({"MY_X": ""}, "", {}),
        ({"MY_UNKNOWN": "3", "OPT__LR": "3"}, "", {}),
    ],
)
def test_variables_give_values(
    variables: dict[str, str], words: str, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    made = parse(CopyParams, ["a", *words.split()], env_prefix="MY_", exits=False)
    assert made == CopyParams(src="a", **expected)
    assert parse(CopyParams, ["a"], exits=False) == CopyParams(src="a")  # without a prefix none is read


def test_variables_count_beside_argparse_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import argparse

    monkeypatch.setenv("MY_NET__LR", "3")
    command = embed(argparse.ArgumentParser(prog="prog"), env_prefix="MY_")
    command.add_root("net", OptParams)
    assert command.parse_or_raise([])["net"] == OptParams(lr=3.0)


def test_variables_give_the_elements_of_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    @params
    class ListParams:
        opts: list[OptParams] = field(factory=list)

    monkeypatch.setenv("MY_OPTS", "ShortOpt ShortSGD")
    monkeypatch.setenv("MY_OPTS__1__M", "3")
    made = parse(ListParams, [], env_prefix="MY_", exits=False)
    assert made.opts == [OptParams(), SGDParams(m=3.0)]


def test_variables_win_over_files_and_fill_required_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"my_name": "file", "loud": true}')
    monkeypatch.setenv("MY_MY_NAME", "variable")
    monkeypatch.setenv("MY_SRC", "s")
    made = parse(CopyParams, ["--config", str(file)], env_prefix="MY_", exits=False)
    assert made == CopyParams(src="s", my_name="variable", loud=True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("MY_OPT__LR", "x", "environment variable MY_OPT__LR: must be a number, got 'x'"),
        ("MY_X", "'", "environment variable MY_X: can't be split into words: No closing quotation, got \"'\""),
        ("MY_OPT", "Adam", "environment variable MY_OPT: no class named 'Adam'"),
        ("MY_LEVEL", "high", "environment variable MY_LEVEL: must be a whole number, got 'high'"),
    ],
)
def test_a_wrong_variable_is_named(name: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, text)
    command = CommandLine("prog", env_prefix="MY_")
    command.add_root("", CopyParams)
    command.add_argument("--level", type=int, default=1)
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(["a"])
    assert str(caught.value).startswith(message)


def test_plain_arguments_have_variables_too_but_not_the_built_in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_LEVEL", "3")
    monkeypatch.setenv("MY_CONFIG", "missing.json")
    command = CommandLine("prog", env_prefix="MY_")
    command.add_argument("--level", type=int, default=1)
    assert command.parse_or_raise([]).arguments.level == 3
    assert command.parse_or_raise(["--level", "2"]).arguments.level == 2


@pytest.mark.parametrize(
    ("annotation", "options", "message"),
    [
        (str, {"counter": True}, "counter goes with int, not with str"),
        (OptParams, {"positional": True}, "positional and counter go with values, not with params"),
    ],
)
def test_options_that_do_not_fit_are_refused(annotation: Any, options: dict[str, Any], message: str) -> None:
    made = field(factory=OptParams, **options) if annotation is OptParams else field(default="", **options)
    with pytest.raises(DefinitionError, match=message):
        params(type("Wrong", (), {"__annotations__": {"x": annotation}, "x": made}))
