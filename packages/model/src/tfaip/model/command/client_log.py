"""The logger of a client's own package beside those of tfaip: on the console, and in train.log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["log_of_client", "logging_of_client"]

TFAIP = "tfaip"


def log_of_client(scenario: type[object]) -> None:
    """Send what the top-level package of a scenario logs where the loggers of tfaip write, from now on.

    The level is that of tfaip unless the package has set its own.
    """
    name = scenario.__module__.partition(".")[0]
    logger = logging.getLogger(name)
    if name == TFAIP or any(isinstance(handler, _ToHandlersOfTfaip) for handler in logger.handlers):
        return
    logger.addHandler(_ToHandlersOfTfaip())
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.getLogger(TFAIP).getEffectiveLevel())
    # Libraries put handlers of their own on the root logger, which would show everything twice.
    logger.propagate = logger.propagate and logging.getLogger(TFAIP).propagate


@contextmanager
def logging_of_client(scenario: type[object]) -> Iterator[None]:
    """Do as `log_of_client`, while the context lasts."""
    logger = logging.getLogger(scenario.__module__.partition(".")[0])
    former = list(logger.handlers), logger.level, logger.propagate
    log_of_client(scenario)
    try:
        yield
    finally:
        for handler in [handler for handler in logger.handlers if handler not in former[0]]:
            if isinstance(handler, _ToHandlersOfTfaip):
                logger.removeHandler(handler)
                logger.setLevel(former[1])
                logger.propagate = former[2]


class _ToHandlersOfTfaip(logging.Handler):
    """Hands records to the handlers that the logger of tfaip has at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = logging.getLogger(TFAIP)
        for handler in logger.handlers:
            if record.levelno >= handler.level:
                handler.handle(record)
        last_resort = logging.lastResort
        # Logging does so itself for a logger without handlers, which the client's is no longer.
        if last_resort and not logger.hasHandlers() and record.levelno >= last_resort.level:
            last_resort.handle(record)
