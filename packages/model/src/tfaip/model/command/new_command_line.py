"""The command line of commands that log."""

from __future__ import annotations

from tfaip.model.command.log_level import LOG_LEVELS
from tfaip.params import CommandLine

__all__ = ["new_command_line"]


def new_command_line(prog: str, description: str) -> CommandLine:
    """Return a command line whose help tells of `--log_level`, which `take_log_level` has read before.

    Args:
        prog: The command, with what it is about.
        description: What it does, for its help.
    """
    line = CommandLine(prog, description)
    line.add_argument(
        "--log_level",
        default="INFO",
        choices=LOG_LEVELS,
        help="From which level on messages are shown; the variable TFAIP_LOG_LEVEL sets it too",
    )
    return line
