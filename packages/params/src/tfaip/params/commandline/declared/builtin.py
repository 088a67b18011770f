"""The arguments that every command line has."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tfaip.params.commandline.declared.plain import PlainArgument

__all__ = ["BUILTIN_ARGUMENTS", "COMPLETION_VARIABLE"]

COMPLETION_VARIABLE = "TFAIP_COMPLETE"
"""Where it names a shell, a command prints how its last word may go on, and does nothing else."""

BUILTIN_ARGUMENTS = (
    PlainArgument(
        ("--help", "-h"),
        list[str],
        None,
        help="Show this help, for the classes selected on the line; all: with all arguments; words: a search",
        metavar="[all | WORD ...]",
    ),
    PlainArgument(
        ("--config",),
        Path,
        None,
        help="Read params from a JSON, YAML or TOML file; repeatable, the later one wins, the command line over all",
        repeat=True,
        metavar="FILE",
    ),
    PlainArgument(
        ("--save-config",), Path, None, help="Write the resulting params to a JSON, YAML or TOML file", metavar="FILE"
    ),
    PlainArgument(
        ("--only-changes",),
        bool,
        False,
        help="With --save-config and --show: only the params that differ from the defaults",
        rare=True,
    ),
    PlainArgument(
        ("--trust",),
        str,
        (),
        help="Packages whose classes a file may name, so that they are imported; repeatable",
        repeat=True,
        metavar="PACKAGE",
        rare=True,
    ),
    PlainArgument(("--show",), bool, False, help="Show the resulting params and exit"),
    PlainArgument(("--show-schema",), bool, False, help="Show all arguments as JSON and exit", rare=True),
    PlainArgument(
        ("--show-json-schema",), bool, False, help="Show a JSON Schema of config files for editors and exit", rare=True
    ),
    PlainArgument(
        ("--show-completion",),
        Literal["bash", "zsh", "fish"],
        None,
        help="Show what a shell must source to complete this command, and exit",
        metavar="SHELL",
        rare=True,
    ),
)
