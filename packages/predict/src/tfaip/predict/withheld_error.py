"""Passing an error by whoever would take it for one of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

__all__ = ["WithheldError", "raised_behind"]

T = TypeVar("T")


class WithheldError(Generic[T]):
    """Items that end where their source fails.

    The post-processing would note the place of the error in its own input, which is not where it happened.

    Args:
        items: The source.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self.error: Exception | None = None

    def __iter__(self) -> Generator[T, None, None]:
        try:
            yield from self._items
        except Exception as error:
            self.error = error


@contextmanager
def raised_behind(items: Iterable[T]) -> Iterator[WithheldError[T]]:
    """Yield the items for a block that consumes them, and raise the error of their source at its end."""
    withheld = WithheldError(items)
    yield withheld
    if withheld.error is not None:
        raise withheld.error
