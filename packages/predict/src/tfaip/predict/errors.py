"""The errors of predictions that their user can mend."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["PredictionError", "require"]


class PredictionError(UserError, ValueError):
    """A prediction or an evaluation can't be made."""


def require(call: str, value: object, wanted: type | tuple[type, ...], rule: str, remedy: str) -> None:
    """Refuse an argument of a wrong type.

    Args:
        call: Name of the called function, for the message.
        value: The given value.
        wanted: Types of right values.
        rule: Right values in words.
        remedy: The way out, in words.

    Raises:
        PredictionError: The value is of another type.
    """
    if not isinstance(value, wanted):
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise PredictionError(f"{call} takes {rule}, got {got}: {remedy}")
