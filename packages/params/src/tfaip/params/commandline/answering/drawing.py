"""Draws help with rich: in colour on a terminal, as plain text elsewhere and where NO_COLOR is set."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from tfaip.params.commandline.answering.help import Entry, help_sections, usage
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.shown_text import clean_text, encodable, one_line

__all__ = ["print_help"]

_COLUMN = 30
"""Where explanations begin: names longer than this get a line of their own."""

_NARROW = 72
"""Below this width explanations stand below the names, so that they get more than a few letters a line."""

_INDENT = 6


def print_help(parsed: Parsed, command: Declarations) -> None:
    """Print the help of a command, as wide as the terminal, in characters that the terminal or pipe can take."""
    plain = bool(os.environ.get("NO_COLOR"))
    console = Console(highlight=False, color_system=None if plain else "auto")
    page = _Page(max(_INDENT + 14, min(console.width, 120)), console.encoding)
    # At once: each call of `print` takes 0.3 ms.
    console.print(Text("\n").join(page.lines(parsed, command)), soft_wrap=True)


class _Page:
    """Lays help out.

    Args:
        width: The longest line; only a word that is longer goes beyond.
        encoding: The characters that there are.
    """

    def __init__(self, width: int, encoding: str) -> None:
        self._width = width
        self._encoding = encoding
        self._column = _COLUMN if width >= _NARROW else _INDENT

    def lines(self, parsed: Parsed, command: Declarations) -> Iterator[Text]:
        """All lines of the help of a command."""
        if command.shows_usage:
            yield from map(Text, self._wrapped(one_line(usage(parsed, command)), following="  "))
            if command.description:
                yield Text()
                yield from map(Text, self._wrapped(" ".join(command.description.split())))
        for section in help_sections(parsed, command):
            yield Text()
            yield from (Text(line, "bold") for line in self._wrapped(one_line(section.title)))
            for paragraph in section.intro:
                yield from (Text(f"  {line}", "dim") for line in self._wrapped(clean_text(paragraph), 2))
            for entry in section.entries:
                yield from self._entry(entry)

    def _entry(self, entry: Entry) -> Iterator[Text]:
        head = Text.assemble("  ", (self._encoded(one_line(entry.name)), "cyan"))
        metavar = self._encoded(one_line(entry.metavar))
        if metavar and len(head) + 1 + len(metavar) <= self._width:
            head.append(f" {metavar}", "green")
            metavar = ""
        notes = [*(["required"] if entry.required else []), *entry.notes]
        text = " ".join(filter(None, [entry.help, f"[{'; '.join(notes)}]" if notes else ""]))
        body = self._wrapped(clean_text(text), self._column)
        if body and len(head) <= self._column - 2:
            head.pad_right(self._column - len(head))
            head.append_text(_styled(body.pop(0)))
        yield head
        if metavar:
            yield from (Text(f"    {line}", "green") for line in self._wrapped(metavar, 4))
        for line in body:
            yield Text.assemble(" " * self._column, _styled(line))

    def _wrapped(self, text: str, indent: int = 0, following: str = "") -> list[str]:
        # A word is never cut, so that it can be copied.
        return textwrap.wrap(
            self._encoded(text),
            self._width - indent,
            subsequent_indent=following,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _encoded(self, text: str) -> str:
        return encodable(text, self._encoding)


def _styled(line: str) -> Text:
    text = Text(line)
    text.highlight_regex(r"\brequired\b", "bold red")
    text.highlight_regex(r"\bdefault: [^\]]*", "yellow")
    return text
