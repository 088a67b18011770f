"""A value that breaks a rule, and the place in plain data where it stands.

Internal API between the packages.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

__all__ = [
    "RAISED_FOR_VALUES",
    "DocumentProblem",
    "Path",
    "Problems",
    "ValueProblem",
    "as_problem",
    "message_of",
    "shown",
    "spell_path",
]

RAISED_FOR_VALUES = (ValueError, TypeError, LookupError, ArithmeticError)
"""Errors that converters, validators and types of the user's own raise for a wrong value."""

Path = tuple[str | int, ...]
"""The way from the root to a value: names of fields, indices of lists, keys of dicts."""


def spell_path(path: Path, source: str = "") -> str:
    """A path as messages write it: `$.layers[0].nodes`, after the name of the file if there is one."""
    spelled = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{source}: {spelled}" if source else spelled


class ValueProblem(ValueError):  # noqa: N818 - a problem until it is known where; then a mistake, then an error
    """A wrong value, and the allowed ones instead."""

    def __init__(self, problem: str, hints: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hints = tuple(hints)


Problems = list[tuple[Path, ValueProblem]]
"""The mistakes of a tree, each with its place."""


class DocumentProblem(ValueError):  # noqa: N818 - a problem until the file is known; then an error
    """Rules that the text of a document breaks, each with the path of its place: names of keys, indices of lists."""

    def __init__(self, problems: Sequence[tuple[Path, ValueProblem]]) -> None:
        super().__init__("; ".join(problem.problem for _, problem in problems))
        self.problems = tuple(problems)


def as_problem(error: Exception, data: Any) -> ValueProblem:
    """The problem behind an error that code of the user's own raised for some data."""
    if isinstance(error, ValueProblem):
        return error
    return ValueProblem(f"{message_of(error)}, got {shown(data)}")


def message_of(error: Exception) -> str:
    """The text of an error; that of a missing key or of a calculation says little without its type."""
    text, name = str(error), type(error).__name__
    return f"{name}: {text}" if text and isinstance(error, LookupError | ArithmeticError) else text or name


def shown(data: Any) -> str:
    """A value in a message, cut where it would fill the screen; so is nesting, which a file can make endless."""
    # None and the booleans as JSON, YAML and the command line spell them.
    if data is None or isinstance(data, bool):
        return str(data).lower()
    short = reprlib.Repr()
    short.maxlevel, short.maxlist, short.maxdict, short.maxstring, short.maxother = 2, 6, 4, 50, 50
    try:
        text = short.repr(data)
    except Exception:  # a number of thousands of digits, a __repr__ that fails
        return f"a value of type {type(data).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."
