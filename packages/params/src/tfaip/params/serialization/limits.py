"""Bounds of a parameter file, checked before its content is walked over.

An honest file may name some 100,000 files. Deep nesting, or objects by the hundred thousand, only take time and memory.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_DOTS",
    "MAX_KEYS",
    "MAX_MAPPINGS",
    "MAX_VALUES",
    "LimitProblem",
    "check_limits",
    "check_mapping",
    "too_many",
]

MAX_BYTES = 32 * 2**20
"""200,000 paths of 100 characters take 20 MiB."""

MAX_DEPTH = 100
MAX_DOTS = 100
"""Dots in a key: each is a level of the tree."""

MAX_KEYS = 100_000
MAX_MAPPINGS = 50_000
MAX_VALUES = 500_000


class LimitProblem(ValueError):  # noqa: N818 - a phrase for the message, as ValueProblem
    """A document is larger than any honest one."""


def check_limits(data: Any) -> None:
    """Check the data of a document, shared values each time that they occur; raises `LimitProblem`."""
    waiting: list[tuple[Any, int]] = [(data, 1)]
    values = mappings = 0
    while waiting:
        container, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise LimitProblem(f"is nested too deeply, more than {MAX_DEPTH} levels")
        if isinstance(container, dict):
            mappings += 1
            check_mapping(container, mappings)
            inner: Any = container.values()
        elif isinstance(container, list):
            inner = container
        else:
            continue
        values += len(container)
        if values > MAX_VALUES:
            raise too_many("values", MAX_VALUES)
        waiting += [(value, depth + 1) for value in inner if isinstance(value, dict | list)]


def check_mapping(keys: Any, number: int) -> None:
    """Check the keys of one mapping; raises `LimitProblem`.

    Args:
        keys: The keys.
        number: How many mappings there are so far, with this one.
    """
    if number > MAX_MAPPINGS:
        raise too_many("objects", MAX_MAPPINGS)
    if len(keys) > MAX_KEYS:
        raise too_many("keys in one object", MAX_KEYS)
    for key in keys:
        if isinstance(key, str) and key.count(".") > MAX_DOTS:
            raise LimitProblem(f"has a key of more than {MAX_DOTS} dots: {key[:20]}...")


def too_many(what: str, limit: int) -> LimitProblem:
    """The error of a document that holds too many of something."""
    return LimitProblem(f"holds more than {limit:,} {what}, that can't be params")
