"""The log of the commands on the console."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tfaip.model.command.log_format import LogFormatter
from tfaip.model.command.log_level import log_level

__all__ = ["log_to_console", "logged_to_console"]

_NAME = "tfaip-console"


def log_to_console() -> None:
    """Show the loggers' messages from the level of `--log_level` or TFAIP_LOG_LEVEL on, INFO unless set.

    Raises:
        LogLevelError: There is no such level.
    """
    level = log_level()
    logger = logging.getLogger("tfaip")
    # A second command of one process writes to today's console, and nothing twice.
    for former in [handler for handler in logger.handlers if handler.name == _NAME]:
        logger.removeHandler(former)
    handler = _for_terminals() if sys.stderr.isatty() else _for_files()
    handler.name = _NAME
    logger.addHandler(handler)
    logger.setLevel(level)
    # Libraries put handlers of their own on the root logger, which would show everything twice.
    logger.propagate = False


@contextmanager
def logged_to_console(*, level: int = logging.NOTSET) -> Iterator[None]:
    """Show the loggers' messages as the commands do, unless this process has set up logging itself.

    It has if the logger `tfaip` or the root logger has a handler, or the logger `tfaip` a level.

    Args:
        level: The least level that is shown, beside TFAIP_LOG_LEVEL.

    Raises:
        LogLevelError: TFAIP_LOG_LEVEL names no level.
    """
    logger = logging.getLogger("tfaip")
    if logger.hasHandlers() or logger.level != logging.NOTSET:
        yield
        return
    former = logger.propagate
    log_to_console()
    handler = logger.handlers[-1]
    handler.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        logger.propagate = former


def _for_terminals() -> logging.Handler:
    from rich.logging import RichHandler

    from tfaip.model.command.number_highlighter import NumberHighlighter
    from tfaip.params.table_console import open_console

    handler = RichHandler(
        console=open_console(stderr=True),
        show_path=False,
        show_level=False,
        log_time_format="%H:%M:%S",
        highlighter=NumberHighlighter(),
    )
    handler.setFormatter(LogFormatter())
    return handler


def _for_files() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    return handler
