"""Words of a command line that count before its arguments are known: its subject, and the trusted packages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from tfaip.model.scenario.module_place import trusted_module
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.remembered import remember, remember_package_of

__all__ = ["remember_scenario", "take_user_word", "trusted_on_the_line", "values_of", "with_trusted_names"]

TRUST = "--trust"


def take_user_word(
    argv: Sequence[str] | None, words: Sequence[str], reading: Iterable[str | os.PathLike[str]] = ()
) -> None:
    """Search the current folder last, and remember what the user trusts by `--trust`.

    Nothing is remembered where Python code calls the command with words of its own.

    Args:
        argv: Words of the caller; `None` for those of the process.
        words: The words of the line.
        reading: Folders that the command reads.
    """
    folders = tuple(reading)
    search_current_folder(folders, move=True)
    if argv is None:
        for package in trusted_on_the_line(words):
            remember(package, reading=folders)


def remember_scenario(scenario: type[Any]) -> None:
    """Remember the place of a scenario's package that the user has named, unless it is installed anyway."""
    remember_package_of(scenario.__module__)


def trusted_on_the_line(words: Sequence[str]) -> list[str]:
    """The packages that `--trust` names, for files that are read before the line can be."""
    return values_of([TRUST], words)[0]


def with_trusted_names(words: Sequence[str]) -> list[str]:
    """Return the words of a line with the names of modules that `--trust` names by paths; these can be imported then.

    Raises:
        ScenarioNotFoundError: There is no such file, or it can't be imported.
    """
    named, takes = [], False
    for word in words:
        if word.startswith("-"):
            name, equals, value = word.partition("=")
            takes = name == TRUST
            named.append(f"{name}={trusted_module(value)}" if takes and equals else word)
        else:
            named.append(trusted_module(word) if takes else word)
    return named


def values_of(options: Sequence[str], words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that follow one of the options, up to the next argument, or stand behind its `=`; and all others."""
    names = {option.replace("-", "_") for option in options}
    values: list[str] = []
    rest: list[str] = []
    takes = False
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            takes = name.replace("-", "_") in names
            if takes:
                values += [value] if equals else []
                takes = not equals
                continue
        (values if takes else rest).append(word)
    return values, rest
