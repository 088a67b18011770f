r"""Texts from files and data, and numbers, as they are shown: on a terminal, in a table, in a log.

A control character could paint the screen, hide the text before it, or begin a line that a program takes for another.
It is shown as its escape: `\n`, `\u001b`.

Internal API between the packages.
"""

from __future__ import annotations

import re

__all__ = ["clean_text", "encodable", "number_text", "one_line"]

# Controls of ASCII and Latin-1, separators of lines, marks of the direction of writing, halves of surrogate pairs.
_ALL = "\x00-\x1f\x7f-\x9f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROL = re.compile(f"[{_ALL}]")
_CONTROL_WITHIN_LINES = re.compile(f"(?![\t\n])[{_ALL}]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: object) -> str:
    """Return a name or value as one line: each control character, line ends included, is its escape."""
    return _CONTROL.sub(_escape, str(text))


def clean_text(text: object) -> str:
    """Return a text that may have several lines: each control character but line feed and tab is its escape."""
    return _CONTROL_WITHIN_LINES.sub(_escape, str(text))


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0], f"\\u{ord(found[0]):04x}")


# Quotation marks, dashes, minus, dots, arrow, times, the space that doesn't break.
_PLAIN = str.maketrans(
    dict(zip("\u2018\u2019\u201c\u201d\u2013\u2014\u2212\u00d7\u00a0", "''\"\"---x ", strict=True))
    | {"\u2026": "...", "\u2192": "->"}
)


def encodable(text: str, encoding: str | None) -> str:
    """The text in characters that an encoding has: typographic ones by plain ones, others as escapes."""
    encoding = encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def number_text(value: float) -> str:
    """Return a number with the four digits that a person compares: `0.9723`, `22.66`, `22656`, `0.00099`, `1.5e-07`."""
    size = abs(value)
    if 0.1 <= size < 10:
        return f"{value:.4f}"  # losses and metrics of a table stay aligned
    if 10 <= size < 1e9:
        return f"{value:.{2 if size < 100 else 1 if size < 1000 else 0}f}"
    return f"{value:.4g}"
