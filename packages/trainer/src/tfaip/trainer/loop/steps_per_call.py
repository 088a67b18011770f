"""How many steps one call of the compiled loop makes."""

from __future__ import annotations

__all__ = ["StepsPerCall"]

# Short enough for a live display and for an interrupt to be noticed, long enough that Python's share is small.
TARGET_SECONDS = 0.1


class StepsPerCall:
    """Chooses the number of steps from the time that the last call took.

    Args:
        fixed: The number to use always; 0 lets it be chosen.
    """

    def __init__(self, fixed: int = 0) -> None:
        if fixed < 0:
            raise ValueError(f"steps_per_call must be >= 0, got {fixed}")
        self._fixed = fixed
        self._steps = 1
        self._calls = 0

    @property
    def steps(self) -> int:
        """Steps of the next call."""
        return self._fixed or self._steps

    def took(self, steps: int, seconds: float) -> None:
        """Learn that a call of `steps` steps took `seconds`."""
        self._calls += 1
        if self._calls == 1 or steps == 0:
            return  # the first call traces and compiles, which says nothing of the steps
        wanted = steps * TARGET_SECONDS / max(seconds, 1e-6)
        # One slow call, or a fast one, is as often noise as news: at most double or halve.
        self._steps = max(1, round(min(max(wanted, self._steps / 2), self._steps * 2)))
