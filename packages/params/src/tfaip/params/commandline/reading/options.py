"""Splits the words of a command line into options and the words after them; the owner of each word is decided later."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

__all__ = ["GivenOption", "Option", "SplitLine", "Word", "normalise", "repeated_letter", "split_line"]


class Word:
    """A word that is no option.

    Args:
        text: The word.
        position: Its place on the line.
        after: The option it follows; None at the start of the line and after `--`.
    """

    __slots__ = ("after", "position", "text")

    def __init__(self, text: str, position: int, after: Option | None) -> None:
        self.text = text
        self.position = position
        self.after = after


class Option:
    """`--name` with the words up to the next option, or `--name=value`.

    Args:
        spelled: The name as the user wrote it.
        position: Its place on the line.
        value: The text after `=`, if there is one.
        times: How often the letter of a short option is repeated, in `-vvv`.

    `name` is the key of lookups, `written` the same with the dashes that keys of dicts may have.
    """

    __slots__ = ("name", "position", "spelled", "times", "value", "words", "written")

    def __init__(self, spelled: str, position: int, value: str | None, times: int = 1) -> None:
        self.times = times
        self.spelled = spelled
        self.name = normalise(spelled)
        self.written = self.name if self.name.startswith("-") else spelled.lstrip("-")
        self.position = position
        self.value = value
        self.words: list[Word] = []

    @property
    def raw(self) -> str:
        """The option as it stands on the line."""
        if self.times > 1:
            return self.spelled + self.spelled[-1] * (self.times - 1)
        return self.spelled if self.value is None else f"{self.spelled}={self.value}"


class GivenOption(Option):
    """A value that code gives to an argument, instead of words.

    Args:
        name: The name of the argument.
        position: Its place among the values.
        given: The value.
    """

    __slots__ = ("given",)

    def __init__(self, name: str, position: int, given: Any) -> None:
        super().__init__(f"--{name}", position, None)
        self.given = given


class SplitLine:
    """The options of a line in their order, and the words that follow none of them, such as those after `--`."""

    __slots__ = ("loose", "options", "terminator")

    def __init__(self) -> None:
        self.terminator: int | None = None
        self.options: list[Option] = []
        self.loose: list[Word] = []


def normalise(name: str) -> str:
    """The name of an argument without its two dashes, `-` and `_` being the same; a short option keeps its dash."""
    dash = "-" if name.startswith("-") and not name.startswith("--") else ""
    return dash + name.lstrip("-").replace("-", "_")


def repeated_letter(word: str) -> str:
    """The short option whose letter a word repeats, `-v` for `-vvv`; empty where it repeats none."""
    is_repeated = len(word) > 2 and word[0] == "-" and word[1].isalpha() and set(word[1:]) == {word[1]}
    return word[:2] if is_repeated else ""


def split_line(
    words: Sequence[str], is_short_option: Callable[[str], bool], counters: Container[str] = ()
) -> SplitLine:
    """Split a line; a word that begins with one dash may be an option or a value, such as a negative number.

    Args:
        words: The line.
        is_short_option: Whether a word of one dash is an option.
        counters: The short options that count how often their letter stands there.
    """
    line = SplitLine()
    current: Option | None = None
    only_values = False
    for position, text in enumerate(words):
        if not only_values and text == "--":
            only_values, current = True, None
            line.terminator = position
        elif not only_values and (short := repeated_letter(text)) and short in counters:
            current = Option(short, position, None, len(text) - 1)
            line.options.append(current)
        elif not only_values and (text.startswith("--") or is_short_option(text.partition("=")[0])):
            spelled, equals, value = text.partition("=")
            current = Option(spelled, position, value if equals else None)
            line.options.append(current)
        elif current is None:
            line.loose.append(Word(text, position, None))
        else:
            current.words.append(Word(text, position, current))
    return line
