"""Draws help: with rich in colour on a terminal, as plain text elsewhere and where NO_COLOR is set."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfaip.params.commandline.answering.help import Entry, help_sections, usage
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.shown_text import clean_text, encodable, one_line

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["print_help"]

_Line = list[tuple[str, str]]
"""Pieces of a line, each with its style of rich; `_EXPLANATION` has several."""

_EXPLANATION = "explanation"

_COLUMN = 30
"""Where explanations begin: names longer than this get a line of their own."""

_NARROW = 72
"""Below this width explanations stand below the names, so that they get more than a few letters a line."""

_INDENT = 6


def print_help(parsed: Parsed, command: Declarations) -> None:
    """Print the help of a command, as wide as the terminal, in characters that the terminal or pipe can take."""
    if _is_plain():
        page = _Page(_terminal_width(), sys.stdout.encoding or "utf-8")
        print("\n".join("".join(text for text, _ in line) for line in page.lines(parsed, command)))
        return
    # Plain text does without rich, which takes 25 ms to import.
    from rich.text import Text

    from tfaip.params.table_console import open_console

    console = open_console(highlight=False)
    page = _Page(console.width, console.encoding)
    # At once: each call of `print` takes 0.3 ms.
    console.print(Text("\n").join(map(_styled, page.lines(parsed, command))), soft_wrap=True)


def _is_plain() -> bool:
    """Whether the output takes no colours, as rich finds out."""
    if os.environ.get("NO_COLOR"):
        return True
    asked = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    return not (asked or sys.stdout.isatty() or "IPython" in sys.modules)


def _terminal_width() -> int:
    """The columns of the terminal that one of the streams leads to, or 80."""
    if (given := os.environ.get("COLUMNS", "")).isdecimal():
        return int(given)
    for descriptor in range(3):
        try:
            return os.get_terminal_size(descriptor).columns or 80
        except (OSError, ValueError):
            continue
    return 80


class _Page:
    """Lays help out.

    Args:
        width: Columns of the terminal. Lines have at most 120; only a word that is longer goes beyond.
        encoding: The characters that there are.
    """

    def __init__(self, width: int, encoding: str) -> None:
        self._width = width = max(_INDENT + 14, min(width, 120))
        self._encoding = encoding
        self._column = _COLUMN if width >= _NARROW else _INDENT

    def lines(self, parsed: Parsed, command: Declarations) -> Iterator[_Line]:
        """All lines of the help of a command."""
        if command.shows_usage:
            yield from ([(line, "")] for line in self._wrapped(one_line(usage(parsed, command)), following="  "))
            if command.description:
                yield []
                yield from ([(line, "")] for line in self._wrapped(" ".join(command.description.split())))
        for section in help_sections(parsed, command):
            yield []
            yield from ([(line, "bold")] for line in self._wrapped(one_line(section.title)))
            for paragraph in section.intro:
                yield from ([(f"  {line}", "dim")] for line in self._wrapped(clean_text(paragraph), 2))
            for entry in section.entries:
                yield from self._entry(entry)

    def _entry(self, entry: Entry) -> Iterator[_Line]:
        name = self._encoded(one_line(entry.name))
        head, length = [("  ", ""), (name, "cyan")], 2 + len(name)
        metavar = self._encoded(one_line(entry.metavar))
        if metavar and length + 1 + len(metavar) <= self._width:
            head.append((f" {metavar}", "green"))
            length += 1 + len(metavar)
            metavar = ""
        notes = [*(["required"] if entry.required else []), *entry.notes]
        text = " ".join(filter(None, [entry.help, f"[{'; '.join(notes)}]" if notes else ""]))
        body = self._wrapped(clean_text(text), self._column)
        if body and length <= self._column - 2:
            head += [(" " * (self._column - length), ""), (body.pop(0), _EXPLANATION)]
        yield head
        if metavar:
            yield from ([(f"    {line}", "green")] for line in self._wrapped(metavar, 4))
        for line in body:
            yield [(" " * self._column, ""), (line, _EXPLANATION)]

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


def _styled(line: _Line) -> Text:
    from rich.text import Text

    styled = Text()
    for text, style in line:
        if style == _EXPLANATION:
            explanation = Text(text)
            explanation.highlight_regex(r"\brequired\b", "bold red")
            explanation.highlight_regex(r"\bdefault: [^\]]*", "yellow")
            styled.append_text(explanation)
        else:
            styled.append(text, style)
    return styled
