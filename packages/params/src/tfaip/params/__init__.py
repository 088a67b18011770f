"""Typed parameter classes that become a dynamic command line, JSON, YAML and TOML."""

# ruff: noqa: E402
from tfaip.params.trust.current_folder import leave_start_of_path

# Before anything else is imported: `python -m tfaip...` has put the current folder first.
leave_start_of_path()

import importlib
from typing import TYPE_CHECKING, Any

from tfaip.params.definition import params
from tfaip.params.errors import (
    CommandLineError,
    DefinitionError,
    LoadError,
    Mistake,
    ParamsError,
    ParamsWarning,
    SaveError,
    UserError,
)
from tfaip.params.fields import TYPE_ARGUMENT, field

if TYPE_CHECKING:
    from tfaip.params.commandline.command import CommandLine
    from tfaip.params.commandline.embedding import EmbeddedCommandLine, embed
    from tfaip.params.commandline.result import ParseResult
    from tfaip.params.commandline.script import parse
    from tfaip.params.json_schema import json_schema
    from tfaip.params.post_init import run_post_init
    from tfaip.params.reference import markdown_reference
    from tfaip.params.serialization.documents import from_json, load, save, to_json
    from tfaip.params.serialization.plain import from_dict
    from tfaip.params.serialization.writing import to_dict
    from tfaip.params.shared_number import SharedNumber
    from tfaip.params.trust.trust import Trust, trusted_packages_of

__all__ = [
    "TYPE_ARGUMENT",
    "CommandLine",
    "CommandLineError",
    "DefinitionError",
    "EmbeddedCommandLine",
    "LoadError",
    "Mistake",
    "ParamsError",
    "ParamsWarning",
    "ParseResult",
    "SaveError",
    "SharedNumber",
    "Trust",
    "UserError",
    "embed",
    "field",
    "from_dict",
    "from_json",
    "json_schema",
    "load",
    "markdown_reference",
    "params",
    "parse",
    "run_post_init",
    "save",
    "to_dict",
    "to_json",
    "trusted_packages_of",
]

# Whoever only defines params (a worker process, say) doesn't pay for reading command lines or files.
_LAZY = {
    "CommandLine": ".commandline.command",
    "EmbeddedCommandLine": ".commandline.embedding",
    "ParseResult": ".commandline.result",
    "parse": ".commandline.script",
    "SharedNumber": ".shared_number",
    "embed": ".commandline.embedding",
    "from_dict": ".serialization.plain",
    "from_json": ".serialization.documents",
    "json_schema": ".json_schema",
    "load": ".serialization.documents",
    "markdown_reference": ".reference",
    "run_post_init": ".post_init",
    "save": ".serialization.documents",
    "to_dict": ".serialization.writing",
    "to_json": ".serialization.documents",
    "Trust": ".trust.trust",
    "trusted_packages_of": ".trust.trust",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_LAZY[name], __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
