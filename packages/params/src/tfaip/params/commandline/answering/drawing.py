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
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["print_help"]

_COLUMN = 30
"""Where explanations begin: names longer than this get a line of their own."""


def print_help(parsed: Parsed, command: Declarations) -> None:
    """Print the help of a command, as wide as the terminal."""
    plain = bool(os.environ.get("NO_COLOR"))
    console = Console(highlight=False, color_system=None if plain else "auto")
    width = max(40, min(console.width, 120))
    for line in _lines(parsed, command, width):
        console.print(line, soft_wrap=True)


def _lines(parsed: Parsed, command: Declarations, width: int) -> Iterator[Text]:
    if command.shows_usage:
        yield Text(one_line(usage(command)))
        if command.description:
            yield Text()
            yield from map(Text, textwrap.wrap(" ".join(command.description.split()), width))
    for section in help_sections(parsed, command):
        yield Text()
        yield Text(one_line(section.title), "bold")
        for paragraph in section.intro:
            yield from (Text(f"  {line}", "dim") for line in textwrap.wrap(clean_text(paragraph), width - 2))
        for entry in section.entries:
            yield from _entry_lines(entry, width)


def _entry_lines(entry: Entry, width: int) -> Iterator[Text]:
    head = Text.assemble("  ", (one_line(entry.name), "cyan"))
    if entry.metavar:
        head.append(f" {one_line(entry.metavar)}", "green")
    notes = [*(["required"] if entry.required else []), *entry.notes]
    body = textwrap.wrap(
        clean_text(" ".join(filter(None, [entry.help, f"[{'; '.join(notes)}]" if notes else ""]))), width - _COLUMN
    )
    if body and len(head) <= _COLUMN - 2:
        head.pad_right(_COLUMN - len(head))
        head.append_text(_styled(body.pop(0)))
    yield head
    for line in body:
        yield Text.assemble(" " * _COLUMN, _styled(line))


def _styled(line: str) -> Text:
    text = Text(line)
    text.highlight_regex(r"\brequired\b", "bold red")
    text.highlight_regex(r"\bdefault: [^\]]*", "yellow")
    return text
