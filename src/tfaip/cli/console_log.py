"""What the commands log on the console."""

from __future__ import annotations

import logging
import os

__all__ = ["log_to_console"]


def log_to_console() -> None:
    """Show the loggers' messages from the level TFAIP_LOG_LEVEL on, INFO unless set."""
    from rich.console import Console
    from rich.logging import RichHandler

    level = os.environ.get("TFAIP_LOG_LEVEL", "INFO").upper()
    handler = RichHandler(
        console=Console(stderr=True), show_path=False, show_level=False, log_time_format="%H:%M:%S", highlighter=None
    )
    logger = logging.getLogger("tfaip")
    logger.addHandler(handler)
    logger.setLevel(level if level in logging.getLevelNamesMapping() else "INFO")
