"""The errors of this package, and `UserError`, the base of mistakes that users can mend in all packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "CommandLineError",
    "DefinitionError",
    "LoadError",
    "MissingExtraError",
    "Mistake",
    "ParamsError",
    "ParamsWarning",
    "SaveError",
    "UserError",
]


class UserError(Exception):
    """Something that the user can mend: commands show its message alone, without a traceback, and exit with 2.

    It stands on the ground floor so that a command needs no list of the errors of all packages. Derive from it beside
    the built-in class that fits, `class FolderError(UserError, ValueError)`.
    """


class MissingExtraError(UserError, ModuleNotFoundError):
    """A library is missing that an extra of a package installs.

    Args:
        library: Its name.
        extra: The extra, such as `tfaip-model[tf]`.
        wanted: The object that needs it; empty where the traceback tells.
    """

    def __init__(self, library: str, extra: str, wanted: str = "") -> None:
        needs = f"{wanted} needs {library}, which" if wanted else library
        super().__init__(f"{needs} isn't installed: pip install '{extra}'", name=library)
        self._arguments = library, extra, wanted

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str, str]]:
        return type(self), self._arguments


class ParamsError(UserError, ValueError):
    """Anything that this package refuses; a `ValueError`."""


class DefinitionError(ParamsError):
    """A params class is written in a way that can't work: the mistake of the programmer, not of the user."""


class Mistake:
    """One mistake of a user: its place, the rule, and the remedy.

    Args:
        where: The argument (`--trainer.epochs`) or the path in a file (`$.trainer.epochs`).
        problem: The rule that is broken and the value that was received.
        hints: The allowed values, the nearest names, the text to write instead; a line each.
    """

    __slots__ = ("hints", "problem", "where")

    def __init__(self, where: str, problem: str, hints: Sequence[str] = ()) -> None:
        self.where = where
        self.problem = problem
        self.hints = tuple(hints)

    def __str__(self) -> str:
        head = f"{self.where}: {self.problem}" if self.where else self.problem
        return "\n".join([head, *(f"  {hint}" for hint in self.hints)])

    def __repr__(self) -> str:
        return f"Mistake({self.where!r}, {self.problem!r}, {self.hints!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mistake):
            return NotImplemented
        return (self.where, self.problem, self.hints) == (other.where, other.problem, other.hints)

    def __hash__(self) -> int:
        return hash((self.where, self.problem, self.hints))


class _MistakesError(ParamsError):
    """Holds all mistakes that were found together, so that the user needn't discover them one by one."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is unpickled from its args, here the text; errors that cross processes keep their mistakes.
        return type(self), (self.mistakes,)


class CommandLineError(_MistakesError):
    """A command line that can't be read; `mistakes` holds every mistake of the line."""


class LoadError(_MistakesError):
    """A file or dict that can't be read as params; `mistakes` names each place by its path, `$.optimizer.lr`."""


class SaveError(_MistakesError):
    """Params that no file could give back; `mistakes` names each place by its path, and nothing is written."""


class ParamsWarning(UserWarning):
    """Something in a file that is passed over because the reader asked to be lenient."""
