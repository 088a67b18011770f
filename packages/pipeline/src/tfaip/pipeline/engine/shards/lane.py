"""`Lane`: the records of a line of shards, in an order that can be found again without reading what lies behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from tfaip.pipeline.errors import DataError
from tfaip.pipeline.user_code import SampleError

__all__ = ["Lane", "OpenShard", "Record"]

Record = tuple[int, int, Any]
"""The number of a shard in its lane, the number of the record in the shard, and its value."""

OpenShard = Callable[[int], Iterator[Any]]
"""Begins to read the shard of this number in the lane."""

_DRAWN_AT_ONCE = 1024
_END = object()
_UNREAD = object()
"""The value of a record that was passed over, and is read only if it is still in the buffer in the end."""


class _Cursor:
    """A shard that is open: the next record of the lane's order, and how far it was really read."""

    __slots__ = ("number", "ordinal", "read", "values")

    def __init__(self, ordinal: int) -> None:
        self.ordinal = ordinal
        self.number = 0
        self.read = 0
        self.values: Iterator[Any] | None = None

    def close(self) -> None:
        values, self.values = self.values, None
        close = getattr(values, "close", None)
        if close is not None:
            with suppress(Exception):  # of a user's generator, whose records nobody wants any more
                close()


class Lane:
    """Takes records from a few open shards in turn, and mixes them in a buffer.

    All of it follows from the random numbers and from the lengths of the shards. So `skip` goes on without reading,
    once these lengths are known; then only the shards that are open, or in the buffer, are read from their beginnings.

    Args:
        shards: The number of shards in the lane.
        at_once: The number of shards that are open.
        buffer: Records in the buffer; 0 or 1 keeps the order.
        rng: Of the shuffling.
        open_shard: Reads a shard.
        name_of: Names a shard, for messages.
        tick: Is called before each record, since it may take long.
    """

    def __init__(
        self,
        shards: int,
        at_once: int,
        buffer: int,
        rng: np.random.Generator,
        open_shard: OpenShard,
        name_of: Callable[[int], str],
        tick: Callable[[], None],
    ) -> None:
        self._waiting = iter(range(shards))
        self._open: list[_Cursor] = []
        self._turn = 0
        self._size = buffer
        self._buffer: list[Record] = []
        self._is_draining = False
        self._rng = rng
        self._draws: list[int] = []
        self._open_shard = open_shard
        self._name_of = name_of
        self._tick = tick
        self._known: dict[int, int] = {}
        self._finished: list[tuple[int, int]] = []
        for _ in range(at_once):
            if (cursor := self._next_cursor()) is not None:
                self._open.append(cursor)

    @property
    def ended(self) -> bool:
        """Whether there are no further records, as far as is known without reading on."""
        return not self._open and not self._buffer

    def take(self, count: int) -> list[Record]:
        """The next records; fewer at the end of the lane."""
        records: list[Record] = []
        while len(records) < count and (record := self._next(self._read)) is not None:
            records.append(record)
        return records

    def finished(self) -> tuple[tuple[int, int], ...]:
        """The shards whose ends were found since this was asked last, with the number of their records."""
        found, self._finished = tuple(self._finished), []
        return found

    def skip(self, count: int, known: Sequence[tuple[int, int]]) -> None:
        """Pass over records without reading more than has to be.

        Args:
            count: The number of records.
            known: The shards whose ends were found on this way, with the numbers of their records.

        Raises:
            DataError: A shard holds fewer records than it did.
            SampleError: It can be read no further.
        """
        self._known = dict(known)
        for _ in range(count):
            if self._next(self._pass_over) is None:
                break
        self._finished.clear()
        self._catch_up()

    def close(self) -> None:
        """Close all shards."""
        for cursor in self._open:
            cursor.close()

    def _next(self, value_of: Callable[[_Cursor], Any]) -> Record | None:
        buffer = self._buffer
        if self._size <= 1:
            return self._pull(value_of)
        while not self._is_draining:
            record = self._pull(value_of)
            if record is None:
                self._is_draining = True
                self._buffer = buffer = [buffer[number] for number in self._rng.permutation(len(buffer))]
            elif len(buffer) < self._size:
                buffer.append(record)
            else:
                drawn = self._draw()
                record, buffer[drawn] = buffer[drawn], record
                return record
        return buffer.pop() if buffer else None

    def _pull(self, value_of: Callable[[_Cursor], Any]) -> Record | None:
        """The next record of the open shards, in turn."""
        cursors = self._open
        while cursors:
            if self._turn >= len(cursors):
                self._turn = 0
            cursor = cursors[self._turn]
            value = value_of(cursor)
            if value is not _END:
                self._turn += 1
                number = cursor.number
                cursor.number = number + 1
                return cursor.ordinal, number, value
            self._finished.append((cursor.ordinal, cursor.number))
            cursor.close()
            following = self._next_cursor()
            if following is None:
                del cursors[self._turn]
            else:
                cursors[self._turn] = following
        return None

    def _read(self, cursor: _Cursor) -> Any:
        self._tick()
        if cursor.values is None:
            cursor.values = self._open_shard(cursor.ordinal)
        cursor.read += 1
        return next(cursor.values, _END)

    def _pass_over(self, cursor: _Cursor) -> Any:
        return _END if self._known.get(cursor.ordinal) == cursor.number else _UNREAD

    def _next_cursor(self) -> _Cursor | None:
        ordinal = next(self._waiting, None)
        return None if ordinal is None else _Cursor(ordinal)

    def _draw(self) -> int:
        if not self._draws:
            self._draws = self._rng.integers(self._size, size=_DRAWN_AT_ONCE).tolist()
        return self._draws.pop()

    def _catch_up(self) -> None:
        """Read what was passed over and is still wanted: each shard at most once, from where it was read to."""
        wanted: dict[int, dict[int, int]] = {}
        for place, (ordinal, number, value) in enumerate(self._buffer):
            if value is _UNREAD:
                wanted.setdefault(ordinal, {})[number] = place
        cursors = {cursor.ordinal: cursor for cursor in self._open}
        for ordinal in sorted({*wanted, *(cursor.ordinal for cursor in self._open if cursor.number)}):
            places = wanted.get(ordinal, {})
            cursor = cursors.get(ordinal)
            if cursor is None:
                cursor = _Cursor(ordinal)
                cursor.number = max(places) + 1
            found: Any = None
            while cursor.read < cursor.number:
                number, before = cursor.read, found
                found = self._read(cursor)
                if found is _END and isinstance(before, SampleError):
                    raise before
                if found is _END:
                    raise DataError(
                        f"{self._name_of(ordinal)} has changed: it holds {number} samples now, and held at least "
                        f"{cursor.number} when the state was taken"
                    )
                if number in places:
                    self._buffer[places[number]] = (ordinal, number, found)
            if ordinal not in cursors:
                cursor.close()
