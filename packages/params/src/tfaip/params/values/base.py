"""The protocol of all values: one class knows how its values are read, written, checked, shown and described.

A value comes from words of the command line (`parse`) or from plain data of a file (`load`). It goes back to words
(`format`) and to plain data (`dump`). `check` refuses a value of another type, `json_schema` describes the plain data.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tfaip.params.importing import import_tag
from tfaip.params.serialization.limits import check_limits
from tfaip.params.values.problem import Path, Problems, ValueProblem, as_problem, shown, spell_path

if TYPE_CHECKING:
    from tfaip.params.values.structures import ParamsType

__all__ = [
    "Kind",
    "ParamsHost",
    "Reading",
    "ScalarType",
    "SchemaHost",
    "ValueType",
    "Word",
    "Writing",
    "json_of_word",
    "read_words",
    "refuse_problems",
    "split_text",
    "word_of_json",
    "word_reading",
]


class ParamsHost(Protocol):
    """Reads params that stand inside a value, imports objects that plain data names, and collects problems."""

    problems: Problems
    tolerated: Problems

    def read_params(self, kind: ParamsType, data: Any, path: Path) -> Any:
        """The params; their mistakes are added to the problems."""

    def import_object(self, tag: str) -> Any:
        """The object of `module:name`; raises `ValueProblem` where it may not be imported."""


class SchemaHost(Protocol):
    """Describes params inside values."""

    def of_params(self, kind: ParamsType) -> dict[str, Any]:
        """The JSON Schema of params."""


class Reading:
    """A place in plain data, and the host that reads params there."""

    __slots__ = ("host", "path")

    def __init__(self, host: ParamsHost, path: Path = ()) -> None:
        self.host = host
        self.path = path

    def at(self, part: str | int) -> Reading:
        """The place of a part."""
        return Reading(self.host, (*self.path, part))

    def part(self, kind: Kind, data: Any, part: str | int) -> Any:
        """The value of a part of the data; a problem is noted with the place of the part."""
        inside = self.at(part)
        try:
            if isinstance(data, Word) and isinstance(kind, ValueType):
                return kind.parse_word(str(data), inside)
            return kind.load(data, inside)
        except RecursionError:
            raise
        except Exception as error:  # types of the user's own raise anything
            self.host.problems.append((inside.path, as_problem(error, data)))
        return None

    def attempt(self, kind: Kind, data: Any) -> tuple[bool, Any]:
        """Whether the data is of this kind, and the value; problems are forgotten."""
        return self.quietly(lambda: kind.load(data, self))

    def quietly(self, read: Callable[[], Any]) -> tuple[bool, Any]:
        """Whether something can be read here, and the value; problems are forgotten."""
        count, tolerated = len(self.host.problems), len(self.host.tolerated)
        try:
            value = read()
        except RecursionError:
            raise
        except Exception:  # types of the user's own raise anything
            del self.host.problems[count:], self.host.tolerated[tolerated:]
            return False, None
        failed = len(self.host.problems) > count
        if failed:
            del self.host.problems[count:], self.host.tolerated[tolerated:]
        return not failed, value


class Word(str):
    """A text among plain data that is read as a word of the command line: it may stand for any value."""

    __slots__ = ()


class _WordHost:
    """The host of words that stand for no params."""

    def __init__(self) -> None:
        self.problems: Problems = []
        self.tolerated: Problems = []

    def read_params(self, kind: ParamsType, data: Any, path: Path) -> Any:
        raise ValueProblem(f"params ({kind.label}) can't be read here, got {shown(data)}")

    def import_object(self, tag: str) -> Any:
        return import_tag(tag)


class Writing:
    """Turns values into plain data.

    Args:
        plain: Writes a value of an unknown type by its class.
        params: Writes params of a declared kind.
    """

    __slots__ = ("params", "plain")

    def __init__(self, plain: Callable[[Any], Any], params: Callable[[ParamsType, Any], Any]) -> None:
        self.plain = plain
        self.params = params


class Kind:
    """How the values of one type are read from files, written to files, checked and described."""

    __slots__ = ()

    label: str
    """The type as help and messages show it."""

    def load(self, data: Any, reading: Reading) -> Any:
        """The value of plain data; raises `ValueProblem`, or notes the problems of its parts."""
        raise NotImplementedError

    def dump(self, value: Any, writing: Writing) -> Any:
        """Plain data that `load` reads as this value; a value of another type as its class says."""
        return writing.plain(value)

    def check(self, value: Any) -> None:
        """Raise `ValueProblem` for a value of another type, or one that breaks a rule of the field."""
        raise NotImplementedError

    def holds(self, value: Any) -> bool:
        """Whether `check` takes a value."""
        try:
            self.check(value)
        except ValueProblem:
            return False
        return True

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The JSON Schema of the plain data."""
        raise NotImplementedError

    def refused(self, value: Any) -> ValueProblem:
        """The problem of a value of another type."""
        return ValueProblem(f"expects {self.label}, got {shown(value)}")


class ValueType(Kind):
    """A value that words of the command line can stand for."""

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        """The number of words that each value takes; None where it varies."""
        return None

    def take(self, words: Sequence[str]) -> int:
        """How many of the words that follow the argument belong to it."""
        raise NotImplementedError

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The value that the words stand for; raises `ValueProblem`. Callers use `read_words`."""
        raise NotImplementedError

    def parse_word(self, word: str, reading: Reading) -> Any:
        """The value of one word inside a collection: JSON text, unless a word alone says it."""
        return self.load(json_of_word(word, self.label), reading)

    def format(self, value: Any, writing: Writing) -> list[str]:
        """Words that `parse` reads as this value. Callers use `words_of`."""
        return [word_of_json(self.dump(value, writing))]

    def words(self) -> tuple[str, ...]:
        """The words that completion offers."""
        return ()


class ScalarType(ValueType):
    """A value that is one word.

    The smallest type of your own overrides `read` and `write`: files hold the word then. Override `load` and `dump` too
    where files shall hold other plain data.
    """

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        """One."""
        return 1

    def take(self, words: Sequence[str]) -> int:
        """One word, if there is one."""
        return min(1, len(words))

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The value of exactly one word."""
        if len(words) != 1:
            raise ValueProblem(f"expects one value ({self.label}), got {len(words) or 'none'}")
        return self.parse_word(words[0], reading)

    def parse_word(self, word: str, reading: Reading) -> Any:
        """The value of the word."""
        return self.read(word)

    def format(self, value: Any, writing: Writing) -> list[str]:
        """The one word."""
        return [self.write(value)]

    def read(self, word: str) -> Any:
        """The value of one word; raises `ValueProblem`."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The word that `read` takes for this value."""
        return str(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """A text is read as a word is."""
        if isinstance(data, str):
            return self.read(data)
        self.check(data)  # YAML and TOML know dates, and plain data of another program may hold the value itself
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """The word."""
        return self.write(value) if self.holds(value) else writing.plain(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}


def read_words(kind: ValueType, words: Sequence[str], host: ParamsHost | None = None) -> Any:
    """The value that words of the command line stand for.

    Args:
        kind: The kind of value.
        words: The words.
        host: Reads params in JSON text; needed where the kind may hold some.

    Raises:
        ValueProblem: The words stand for no such value.
    """
    reading = Reading(host) if host else word_reading()
    host = reading.host
    value = kind.parse(words, reading)
    refuse_problems(host.problems, kind, " ".join(words))
    return value


def split_text(text: str, *, is_single: bool) -> list[str]:
    """The words of a text, as a shell splits it; a single value is one word, and so is JSON text.

    Raises:
        ValueProblem: A quotation mark isn't closed.
    """
    if is_single or text.lstrip().startswith(("[", "{")):
        return [text]
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueProblem(f"can't be split into words: {error}, got {text!r}") from None


def refuse_problems(problems: Problems, kind: Kind, text: str) -> None:
    """Raise the problems of parts of JSON text, if there are any, as one `ValueProblem` with their places."""
    if problems:
        inside = [f"{spell_path(path)}: {problem.problem}" for path, problem in problems]
        hints = [hint for _, problem in problems for hint in problem.hints]
        raise ValueProblem(f"expects {kind.label}, got {shown(text)}", (*inside, *hints))


def word_reading() -> Reading:
    """Where words are read that stand for no params."""
    return Reading(_WordHost())


def json_of_word(word: str, label: str) -> Any:
    """The plain data of a word that is JSON text; raises `ValueProblem`."""
    from tfaip.params.serialization.json import load_json

    try:
        data = load_json(word)
        check_limits(data)
        return data
    except RecursionError:
        raise ValueProblem(f"expects JSON text ({label}), got nested too deeply") from None
    except ValueError as error:
        raise ValueProblem(f"expects JSON text ({label}), got {shown(word)}", (str(error),)) from None


def word_of_json(data: Any) -> str:
    """Plain data as one word of JSON text."""
    from tfaip.params.serialization.json import dump_json

    return dump_json(data, indent=None)
