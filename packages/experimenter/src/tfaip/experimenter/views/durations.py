"""Times for people."""

from __future__ import annotations

__all__ = ["duration"]


def duration(seconds: float | None) -> str:
    """Return `9.5s`, `3:05`, `2:03:05`; `-` where nothing is known."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
