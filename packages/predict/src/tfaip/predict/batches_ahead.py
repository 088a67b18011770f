"""Running a function on batches in a thread, a few of them ahead of the consumer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tfaip.pipeline.user_code import call_user_code
from tfaip.predict.loaded_object import require_process

__all__ = ["BATCHES_AHEAD", "map_ahead"]

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
        items: What it is called with.
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
