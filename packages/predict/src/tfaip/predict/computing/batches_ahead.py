"""A function that a thread runs on a few batches ahead of the consumer, and the place to raise its error."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from tfaip.pipeline.hooks import call_user_code
from tfaip.predict.loaded_object import require_process

__all__ = ["BATCHES_AHEAD", "WithheldError", "map_ahead", "raised_behind"]

T = TypeVar("T")
R = TypeVar("R")

BATCHES_AHEAD = 2
"""One that is computed while the consumer post-processes another, and one more, so that the thread never waits for the
consumer to fetch the next one."""


def map_ahead(
    function: Callable[[T], R], items: Iterable[T], *, ahead: int = BATCHES_AHEAD
) -> Generator[R, None, None]:
    """Yield what `function` makes of the items, in order, while a thread works on the next ones.

    Items are taken in the caller's thread. An error comes after the results of the items before it.

    Args:
        function: Called in one thread, with one item after the other.
        items: Arguments of the function, one at a time.
        ahead: How many items are taken in advance; 0 for no thread.
    """
    if ahead == 0:
        for item in items:
            yield call_user_code(function, item)
        return
    pending: deque[Future[R]] = deque()
    error: Exception | None = None
    process = os.getpid()
    with ThreadPoolExecutor(1, thread_name_prefix="tfaip-predict") as thread:
        try:
            source = iter(items)
            while True:
                try:
                    item = next(source)
                except StopIteration:
                    break
                except Exception as raised:
                    error = raised
                    break
                pending.append(thread.submit(call_user_code, function, item))
                if len(pending) > ahead:
                    yield pending.popleft().result()
                    require_process(process, "prediction that has begun")
            while pending:
                yield pending.popleft().result()
                require_process(process, "prediction that has begun")
        finally:
            for future in pending:
                future.cancel()
    if error is not None:
        raise error


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
