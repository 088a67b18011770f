"""`--show`: the resulting params as a tree."""

from __future__ import annotations

from tfaip.params.commandline.answering.requests import config_text
from tfaip.params.commandline.result import ParseResult

__all__ = ["print_params"]


def print_params(result: ParseResult) -> None:
    """Print the params of all roots as YAML, which `--config` reads again; raises `CommandLineError` where it can't."""
    print(config_text(result, "yaml"), end="")
