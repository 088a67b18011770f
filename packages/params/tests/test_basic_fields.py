"""Short help, all of it, and a search in it."""

from __future__ import annotations

import pytest

from tfaip.params import CommandLine, DefinitionError, field, params


@params
class RareParams:
    deep: int = field(default=1, help="Depth of the gradient's clipping")


@params
class MarkedParams:
    size: int = field(default=1, basic=True, help="Samples of a batch")
    buffer: int = field(default=2, help="Length of the buffer")
    name: str = field(required=True, help="A name")
    rare: RareParams = field(factory=RareParams, basic=False, fixed_class=True)
    own: RareParams = field(factory=RareParams, fixed_class=True)


@params
class DerivedParams(MarkedParams):
    mine: int = field(default=3, help="A field of a user")


@params(name="MarkedOther")
class OtherParams(MarkedParams):
    momentum: float = field(default=0.9, help="Share of the last gradient")


def shown(words: str, cls: type = DerivedParams, capsys: pytest.CaptureFixture[str] | None = None) -> str:
    assert capsys is not None
    line = CommandLine("demo")
    line.add_root("a", cls)
    with pytest.raises(SystemExit) as caught:
        line.parse(words.split())
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_short_help_shows_basic_and_required_fields_and_those_of_users(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown("--help", capsys=capsys)
    assert all(f"--a.{name} " in text for name in ("size", "name", "mine", "own.deep"))
    assert "--a.buffer" not in text
    assert "--a.rare.deep" not in text
    assert "more arguments: --help all. Search: --help WORD ..." in text


def test_short_help_shows_fields_that_the_line_sets(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown("--a.buffer 4 --a.rare.deep 5 --help", capsys=capsys)
    assert "--a.buffer" in text
    assert "--a.rare.deep" in text


def test_without_marks_help_shows_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown("--help", RareParams, capsys)
    assert "--a.deep" in text
    assert "more arguments" not in text


def test_help_all_shows_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown("--help all", capsys=capsys)
    assert "--a.buffer" in text
    assert "--a.rare.deep" in text
    assert "more arguments" not in text


@pytest.mark.parametrize("words", ["gradient", "CLIPPING gradient", "rare.deep", "clip"])
def test_a_search_finds_names_and_help_texts(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(f"--help {words}", capsys=capsys)
    assert "--a.rare.deep" in text
    assert "--a.size" not in text
    assert "--config" not in text


def test_a_search_finds_fields_of_classes_that_are_not_selected(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown("--help momentum", MarkedParams, capsys)
    assert "--a MarkedOther, momentum" in text
    assert "--a.momentum" in shown("--help momentum --a MarkedOther", MarkedParams, capsys)


def test_a_search_in_vain_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No argument matches" in shown("--help nothing_like_this", capsys=capsys)


def test_a_mark_is_a_truth_value() -> None:
    with pytest.raises(DefinitionError, match="basic must be True, False or None, got 'yes'"):
        field(default=1, basic="yes")  # type: ignore[arg-type]
