"""The log level of the commands."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tfaip.params import UserError

__all__ = ["LOG_LEVELS", "LogLevelError", "log_level", "take_log_level"]

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_ARGUMENT = "--log_level"
_VARIABLE = "TFAIP_LOG_LEVEL"


class LogLevelError(UserError, ValueError):
    """There is no such log level."""


def log_level() -> str:
    """Return the level that TFAIP_LOG_LEVEL names, INFO unless set.

    Raises:
        LogLevelError: There is no such level.
    """
    return _checked(os.environ.get(_VARIABLE) or "INFO", _VARIABLE)


def take_log_level(words: Sequence[str]) -> list[str]:
    """Take `--log_level LEVEL` out of a command's words, and let it win over TFAIP_LOG_LEVEL.

    It is kept in the environment, so that the processes that the command starts log as much.

    Raises:
        LogLevelError: There is no such level, or none behind the argument.
    """
    rest: list[str] = []
    given = iter(words)
    for word in given:
        name, equals, value = word.partition("=")
        if name.replace("-", "_") != _ARGUMENT.replace("-", "_"):
            rest.append(word)
            continue
        os.environ[_VARIABLE] = _checked(value if equals else next(given, ""), _ARGUMENT)
    return rest


def _checked(level: str, where: str) -> str:
    if level.upper() not in LOG_LEVELS:
        raise LogLevelError(f"{where} must be one of {', '.join(LOG_LEVELS)}, got {level!r}")
    return level.upper()
