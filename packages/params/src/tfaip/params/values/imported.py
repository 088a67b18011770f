"""Classes and functions by their import path, `module:name`: from files only of trusted modules."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, ValuesView
from typing import Any

from tfaip.params.importing import import_tag
from tfaip.params.registry import find_tag, names_of, registered_subclasses
from tfaip.params.trust.main_module import MAIN, is_main
from tfaip.params.values.base import Reading, ScalarType, Writing
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["CallableType", "ClassType", "object_among"]


def _path_of(value: Any) -> str:
    """`module:name` of a class or function; the bare name of a class that Python brings along."""
    own_name = getattr(value, "__name__", "")
    if isinstance(value, type) and vars(builtins).get(own_name) is value:
        return str(own_name)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = getattr(value, "__module__", None) or getattr(type(getattr(value, "__self__", None)), "__module__", None)
    return f"{MAIN if is_main(module) else module}:{name}"


def _tag(word: str) -> str:
    """`package.module:name`, of which the colon may be a dot."""
    module, dot, name = word.rpartition(".")
    return word if ":" in word or not dot else f"{module}:{name}"


def object_among(tag: str, values: Iterable[Any]) -> Any:
    """The class or function of a path among values and in collections of them; None where there is none."""
    for value in values:
        inside = value.values() if isinstance(value, Mapping) else value
        if isinstance(inside, list | tuple | set | frozenset | ValuesView):
            if (found := object_among(tag, inside)) is not None:
                return found
        elif callable(value) and _path_of(value) == tag:
            return value
    return None


class _ImportedType(ScalarType):
    __slots__ = ()

    def read(self, word: str) -> Any:
        """The object; a person who writes a path on the command line trusts it."""
        tag = f"builtins:{word}" if word in vars(builtins) else _tag(word)
        return self._checked(self._known(word) or import_tag(tag), word)

    def write(self, value: Any) -> str:
        """The path."""
        return _path_of(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """The object; its module is imported only where it is trusted."""
        if not isinstance(data, str):
            raise self.refused(data)
        return self._checked(self._known(data) or reading.host.import_object(_tag(data)), data)

    def dump(self, value: Any, writing: Writing) -> Any:
        """The path."""
        return _path_of(value) if self.holds(value) else writing.plain(value)

    def _known(self, word: str) -> Any:
        """The object of a word that needs no import."""
        return None

    def _checked(self, found: Any, word: str) -> Any:
        try:
            self.check(found)
        except ValueProblem:
            raise ValueProblem(f"must be {self._expected()}, got {shown(word)}") from None
        return found

    def _expected(self) -> str:
        raise NotImplementedError


class ClassType(_ImportedType):
    """A class that derives from one of several: `module:Class`, or the name of one of these."""

    __slots__ = ("bases", "label")

    def __init__(self, bases: tuple[type[Any], ...]) -> None:
        self.bases = bases
        self.label = f"type[{' | '.join(base.__name__ for base in bases)}]"

    def _known(self, word: str) -> Any:
        named = {base.__name__: base for base in self.bases} | {_path_of(base): base for base in self.bases}
        registered = [cls for cls in registered_subclasses(self.bases) if word in names_of(cls)]
        found = named.get(word) or find_tag(word) or (registered[0] if len(registered) == 1 else None)
        found = found or vars(builtins).get(word)
        return found if isinstance(found, type) else None

    def _expected(self) -> str:
        return f"a class that derives from {' or '.join(base.__name__ for base in self.bases)}, like module:Class"

    def check(self, value: Any) -> None:
        """Take the classes and those that derive from them."""
        if not isinstance(value, type) or not issubclass(value, self.bases):
            raise self.refused(value)


class CallableType(_ImportedType):
    """A function, or whatever else can be called, by its path."""

    __slots__ = ()
    label = "callable"

    def _expected(self) -> str:
        return "a function like module:name"

    def check(self, value: Any) -> None:
        """Take what can be called."""
        if not callable(value):
            raise self.refused(value)
