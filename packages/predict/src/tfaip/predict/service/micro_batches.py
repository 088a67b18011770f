"""Concurrent callers, served in batches by one thread; a caller that is alone serves itself."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from tfaip.predict.loaded_object import require_process

__all__ = ["ClosedError", "MicroBatcher", "NestedCallError"]

T = TypeVar("T")
R = TypeVar("R")

_LINGER_SECONDS = 0.001
"""How long a batch waits for callers that were there a moment ago: less than a call of a small model takes, and enough
for threads to come back with their next item."""


_LOOKS_AFTER_SECONDS = 1.0
"""How long the thread sleeps at most: Ctrl-C in a caller may come just before the call that wakes it."""


class ClosedError(RuntimeError):
    """An item was handed to a batcher that was closed."""


class NestedCallError(RuntimeError):
    """The function of a batcher has called the batcher, and would wait for itself."""


class _Call(Generic[T, R]):
    """A caller that waits. A bare lock, since a `Future` takes as long as a tenth of a small network does."""

    __slots__ = ("_done", "_outcome", "item")

    def __init__(self, item: T) -> None:
        self.item = item
        self._done = threading.Lock()
        self._done.acquire()

    def end(self, outcome: R | BaseException) -> None:
        self._outcome = outcome
        self._done.release()

    def outcome(self) -> R:
        self._done.acquire()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


class MicroBatcher(Generic[T, R]):
    """Calls a function with the items that wait, as one list; safe to be called from any number of threads.

    A caller that is alone is served at once, in its own thread: to hand an item to another thread and back takes 50 us.
    Where several call again and again, a batch waits up to a millisecond for those that the last one served.

    Args:
        function: From items to their results, in order. It is called in a thread of its own, or in that of a caller
            that is alone, and never twice at the same time. An exception among the results is raised in the caller
            whose item it belongs to; one that is raised goes to all callers of the batch.
        most: The most items of a batch, >= 1.
        name: Of the thread.
    """

    def __init__(
        self,
        function: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        most: int,
        name: str = "tfaip-micro-batches",
    ) -> None:
        self._function = function
        self._most = most
        self._waiting: deque[_Call[T, R]] = deque()
        # Callers enter the bare lock: Ctrl-C may come within the method of a condition, which would keep its lock then.
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._expected = 1
        self._server = 0  # the thread that calls the function now
        self._lingers = False
        self._closed = False
        self._process = os.getpid()
        # A daemon, so that a program ends whose author has forgotten to close it.
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def __call__(self, item: T) -> R:
        """Return the result of an item.

        Raises:
            ClosedError: `close` was called before.
            NestedCallError: The function itself calls.
            PredictionError: This process was forked, and has no thread that serves.
            Exception: The error that the item has caused.
        """
        require_process(self._process, "service of single samples")
        me, alone = threading.get_ident(), 0
        # Ctrl-C may come at any call from here on.
        try:
            with self._lock:
                if self._closed:
                    raise ClosedError("it was closed, so there are no further results")
                if self._expected == 1 and not self._server and not self._waiting:
                    self._server = alone = me
            return self._served_alone(item) if alone else self._served_among_others(item, me)
        finally:
            if alone:
                self._server = 0
                # A caller that comes from here on finds no server, and calls for one.
                if self._waiting or self._closed:
                    with self._lock:
                        self._expected = min(1 + len(self._waiting), self._most)
                        self._changed.notify()

    def _served_alone(self, item: T) -> R:
        (result,) = self._function([item])
        if isinstance(result, BaseException):
            raise result
        return result

    def _served_among_others(self, item: T, me: int) -> R:
        call: _Call[T, R] = _Call(item)
        with self._lock:
            if self._server == me:
                raise NestedCallError("the function of a batcher must not call the batcher: it would wait for ever")
            if self._closed:
                raise ClosedError("it was closed, so there are no further results")
            self._waiting.append(call)
            if not self._server and (not self._lingers or len(self._waiting) >= self._expected):
                self._changed.notify()
        return call.outcome()

    def close(self) -> None:
        """Serve those who wait, and end the thread."""
        if self._process != os.getpid():
            return  # the thread is the other process'
        with self._lock:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self) -> None:
        while batch := self._next_batch():
            _call(self._function, batch)
            # The served callers will be back soon, and the waiting ones are here already.
            self._expected = min(len(batch) + len(self._waiting), self._most)
            self._server = 0
            del batch

    def _next_batch(self) -> list[_Call[T, R]]:
        with self._changed:
            while not self._changed.wait_for(
                lambda: not self._server and (self._waiting or self._closed), _LOOKS_AFTER_SECONDS
            ):
                pass
            if len(self._waiting) < self._expected:
                self._lingers = True
                self._changed.wait_for(lambda: len(self._waiting) >= self._expected or self._closed, _LINGER_SECONDS)
                self._lingers = False
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
            self._server = threading.get_ident()
            return batch


def _call(function: Callable[[Sequence[T]], Sequence[R | Exception]], batch: Sequence[_Call[T, R]]) -> None:
    try:
        results: Sequence[R | BaseException] = function([call.item for call in batch])
    except BaseException as error:
        results = [error] * len(batch)
    for call, result in zip(batch, results, strict=True):
        call.end(result)
