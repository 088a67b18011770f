"""Waiting for what must happen, instead of sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["wait_for"]

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str = "the condition", seconds: float = 30) -> T:
    """Return the first true value of a condition; fail when it takes far too long."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} didn't come true"
        time.sleep(0.005)
    return found
