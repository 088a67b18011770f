"""Classes of the user's own, and of other libraries: lines and files read their values in one way."""

from __future__ import annotations

from typing import Any, TypeVar

from tfaip.params.errors import DefinitionError
from tfaip.params.values.base import Reading, ScalarType, SchemaHost, Writing
from tfaip.params.values.problem import RAISED_FOR_VALUES, ValueProblem, message_of

__all__ = ["OwnType", "is_registered", "own_type_of", "register_type"]

_REGISTERED: dict[Any, ScalarType] = {}

K = TypeVar("K", bound=ScalarType)


def register_type(cls: type[Any], kind: ScalarType) -> None:
    """Make a class that you can't change a type of fields, for command lines and files.

    Args:
        cls: The class; fields are annotated with it, alone or inside of collections and unions.
        kind: How its values are read and written: a subclass of `ScalarType` overrides `read(word)` and `write(value)`,
            which raise `ValueError` for a word that is wrong. It has a `label` and may override `load`, `dump`,
            `words` and `json_schema`.

    Raises:
        DefinitionError: `cls` is no class, or `kind` is no instance of `ScalarType`.
    """
    if not isinstance(cls, type):
        raise DefinitionError(f"register_type expects a class, got {cls!r}")
    if not isinstance(kind, ScalarType):
        raise DefinitionError(f"register_type expects an instance of a ScalarType for {cls.__name__}, got {kind!r}")
    _REGISTERED[cls] = kind


def is_registered(cls: Any) -> bool:
    """Whether somebody has registered this very class."""
    return cls in _REGISTERED


def own_type_of(cls: Any) -> ScalarType | None:
    """The kind of a class that is registered, or has the class method `from_word(word)` and its inverse `to_word()`."""
    if not isinstance(cls, type):
        return None
    if cls in _REGISTERED:
        return OwnType(cls, _REGISTERED[cls])
    if hasattr(cls, "from_word") and hasattr(cls, "to_word"):
        return OwnType(cls, _WordMethods(cls))
    registered = [base for base in cls.__mro__ if base in _REGISTERED]
    return OwnType(registered[0], _REGISTERED[registered[0]]) if registered else None


class _WordMethods(ScalarType):
    """Reads and writes by the methods of the class itself."""

    __slots__ = ("cls", "label")

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.label = str(cls.__name__)

    def read(self, word: str) -> Any:
        return self.cls.from_word(word)

    def write(self, value: Any) -> str:
        return str(value.to_word())

    def check(self, value: Any) -> None:
        if not isinstance(value, self.cls):
            raise self.refused(value)


class OwnType(ScalarType):
    """An instance of a class that the user's own code reads: an error of that code is a mistake."""

    __slots__ = ("cls", "inner", "label")

    def __init__(self, cls: Any, inner: ScalarType) -> None:
        self.cls = cls
        self.inner = inner
        self.label = str(getattr(inner, "label", None) or cls.__name__)

    def read(self, word: str) -> Any:
        """The value that the code makes of the word."""
        try:
            return self.inner.read(word)
        except ValueProblem:
            raise
        except RAISED_FOR_VALUES as error:
            raise ValueProblem(f"must be a {self.label}, got {word!r}", [message_of(error)]) from None

    def write(self, value: Any) -> str:
        """The word that the code makes of the value."""
        return self.inner.write(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """From the word, unless the code reads other data."""
        if type(self.inner).load is not ScalarType.load:
            return self.inner.load(data, reading)
        if isinstance(data, str) and not (isinstance(data, self.cls) and type(data) is not str):
            return self.read(data)
        self.check(data)
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """The word, unless the code writes other data."""
        if not self.holds(value):
            return writing.plain(value)
        return self.inner.dump(value, writing) if type(self.inner).dump is not ScalarType.dump else self.write(value)

    def check(self, value: Any) -> None:
        """Take instances."""
        if not isinstance(value, self.cls):
            raise self.refused(value)

    def words(self) -> tuple[str, ...]:
        """The words that the code offers."""
        return self.inner.words()

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A string, unless the code says otherwise."""
        return self.inner.json_schema(schemas)
