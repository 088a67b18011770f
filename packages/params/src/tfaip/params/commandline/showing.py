"""`--show`: the resulting params as a tree."""

from __future__ import annotations

from .requests import config_data
from .result import ParseResult

__all__ = ["print_params"]


def print_params(result: ParseResult) -> None:
    """Print the params of all roots as YAML, which `--config` reads again."""
    from tfaip.params.serialization.yaml import dump_yaml

    print(dump_yaml(config_data(result)), end="")
