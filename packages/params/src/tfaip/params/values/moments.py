"""Dates and durations."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from tfaip.params.values.base import Reading, ScalarType, SchemaHost
from tfaip.params.values.problem import ValueProblem

__all__ = ["IsoType", "TimedeltaType", "format_timedelta", "parse_timedelta"]

_DURATION = (
    r"(?a)(?P<sign>-?)(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)(?:\.(?P<fraction>\d{1,6}))?s)?"
)
# As clocks, spreadsheets and batch systems write it: 12:00:00, 36:00:00, 2-12:00:00 for 2 days and a half.
_CLOCK = r"(?a)(?P<sign>-?)(?:(?P<d>\d+)-)?(?P<h>\d+):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:\.(?P<fraction>\d{1,6}))?"


def parse_timedelta(word: str) -> timedelta:
    """A duration from `1d2h3m4.5s` (any part may be left out), `12:00:00`, or a number of seconds.

    Raises:
        ValueProblem: The word is none of them.
    """
    try:
        match = re.fullmatch(_DURATION, word) or re.fullmatch(_CLOCK, word)
        if match and any(match[unit] for unit in "dhms"):
            days, hours, minutes, seconds = (int(match[unit] or 0) for unit in "dhms")
            # Whole microseconds, not a float of seconds: the written value must be read back exactly.
            microseconds = int((match["fraction"] or "").ljust(6, "0"))
            duration = timedelta(days, seconds, microseconds, minutes=minutes, hours=hours)
            return -duration if match["sign"] else duration
        return timedelta(seconds=float(word))
    except (ValueError, OverflowError):
        raise ValueProblem(
            f"must be a duration like 1d2h3m4.5s or 12:00:00, or a number of seconds, got {word!r}"
        ) from None


def format_timedelta(value: timedelta) -> str:
    """The duration as `1d2h3m4.5s`, exactly."""
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{amount}{unit}" for amount, unit in ((value.days, "d"), (hours, "h"), (minutes, "m")) if amount]
    if seconds or value.microseconds or not parts:
        fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
        parts.append(f"{seconds}{fraction}s")
    return sign + "".join(parts)


class TimedeltaType(ScalarType):
    """A duration."""

    __slots__ = ()
    label = "duration"

    def read(self, word: str) -> timedelta:
        """From `1h30m`, `1:30:00`, or seconds."""
        return parse_timedelta(word)

    def write(self, value: Any) -> str:
        """As `1h30m`."""
        return format_timedelta(value)

    def load(self, data: Any, reading: Reading) -> timedelta:
        """From text, or a number of seconds."""
        if type(data) in (int, float):
            try:
                return timedelta(seconds=data)
            except (ValueError, OverflowError):
                raise self.refused(data) from None
        found: timedelta = super().load(data, reading)
        return found

    def check(self, value: Any) -> None:
        """Take durations."""
        if not isinstance(value, timedelta):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A string like `1h30m`."""
        return {
            "type": "string",
            "pattern": r"^-?((\d+d)?(\d+h)?(\d+m)?(\d+(\.\d{1,6})?s)?|(\d+-)?\d+:[0-5]\d:[0-5]\d(\.\d{1,6})?)$",
        }


class IsoType(ScalarType):
    """A date, a time, or both, as ISO 8601 writes it."""

    __slots__ = ("cls", "label")

    def __init__(self, cls: type[date] | type[time]) -> None:
        self.cls = cls
        self.label = self.cls.__name__

    def read(self, word: str) -> date | time:
        """From ISO 8601."""
        try:
            return self.cls.fromisoformat(word)
        except ValueError:
            example = {datetime: "2026-01-31T12:00:00", date: "2026-01-31", time: "12:00:00"}[self.cls]
            raise ValueProblem(f"must be a {self.label} like {example}, got {word!r}") from None

    def write(self, value: Any) -> str:
        """As ISO 8601."""
        return str(value.isoformat())

    def check(self, value: Any) -> None:
        """Take instances; a `datetime` is no `date` here."""
        if not isinstance(value, self.cls) or (self.cls is date and isinstance(value, datetime)):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A string in the format that JSON Schema names."""
        return {"type": "string", "format": "date-time" if self.cls is datetime else self.cls.__name__}
