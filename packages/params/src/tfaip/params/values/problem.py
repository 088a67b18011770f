"""A value that breaks a rule, before it is known which argument or which place of a file it stands at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["ValueProblem", "shown"]


class ValueProblem(ValueError):  # noqa: N818 - a problem until it is known where; then a mistake, then an error
    """What is wrong with a value, and what is allowed instead."""

    def __init__(self, problem: str, hints: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hints = tuple(hints)


def shown(data: Any) -> str:
    """A value in a message: the whole of it, unless it would fill the screen."""
    if isinstance(data, dict | list) and len(data) > 8:
        return f"a {type(data).__name__} of {len(data)}"
    # None and the booleans as JSON, YAML and the command line spell them.
    text = repr(data) if data is not None and not isinstance(data, bool) else str(data).lower()
    return text if len(text) <= 60 else f"{text[:57]}..."
