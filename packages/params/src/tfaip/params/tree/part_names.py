"""The meaning of the name of a part: `.0` a position, `.key` a key, `+` adding, `.drop` removing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from tfaip.params.values.problem import ValueProblem

__all__ = ["Operation", "absent", "key_among", "operation_of", "position", "positions", "same_key", "some"]

Operation = Literal["set", "add", "drop"]


def operation_of(rest: str) -> tuple[Operation, list[str]]:
    """The request of a name that goes on like this after that of a value, `.0.key+`, and the way to the part."""
    way = rest.removesuffix("+").split(".")[1:]
    if rest.endswith("+"):
        return "add", way
    return ("drop", way[:-1]) if way[-1:] == ["drop"] else ("set", way)


def position(word: str, count: int, *, grows: bool = False) -> int:
    """The position in a list that a word names, negative ones from the end; raises `ValueProblem`.

    In hints, `<NAME>` stands for the name of the list.
    """
    have = f"there are {count} (0 to {count - 1}, or -1 for the last)" if count else "there are none yet"
    try:
        index = int(word)
    except ValueError:
        raise ValueProblem(f"expects a position, got {word!r}", (have, *_syntax(word))) from None
    if not -count <= index < count:
        more = ("<NAME>+ adds at the end",) if grows else ()
        raise ValueProblem(f"there is no position {index}", (have, *more))
    return index % count


def _syntax(word: str) -> tuple[str, ...]:
    if word in ("append", "add", "extend", "insert", "push"):
        return ("<NAME>+ adds at the end",)
    if word in ("remove", "delete", "del", "pop"):
        return ("<NAME>.drop removes by position",)
    return ()


def positions(words: Sequence[str], count: int) -> set[int]:
    """The positions that words name, all of the list as it is before."""
    return {position(word, count) for word in some(words, "position")}


def same_key(word: str, keys: Any) -> str | None:
    """The key that a word names; `-` and `_` are the same where no key is spelled as the word is."""
    if word in keys:
        return word
    alike = [key for key in keys if key.replace("-", "_") == word.replace("-", "_")]
    return alike[0] if len(alike) == 1 else None


def key_among(word: str, written: dict[str, Any]) -> Any:
    """The key that a word names, of keys by their words; raises `ValueProblem` where there is none."""
    if (known := same_key(word, written)) is None:
        raise absent(word, "key", list(written))
    return written[known]


def some(words: Sequence[str], what: str) -> Sequence[str]:
    """The words; raises `ValueProblem` where there are none."""
    if not words:
        raise ValueProblem(f"expects at least one {what}, got none")
    return words


def absent(word: str, what: str, there: list[str]) -> ValueProblem:
    """The problem of a part that isn't there."""
    return ValueProblem(f"there is no {what} {word!r}", (f"there is {', '.join(there)}" if there else "it is empty",))
