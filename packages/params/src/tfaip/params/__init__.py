"""Typed parameter classes that become a dynamic command line, JSON, YAML and TOML."""

from .definition import params
from .errors import CommandLineError, DefinitionError, LoadError, Mistake, ParamsError
from .fields import TYPE_ARGUMENT, field

__all__ = [
    "TYPE_ARGUMENT",
    "CommandLineError",
    "DefinitionError",
    "LoadError",
    "Mistake",
    "ParamsError",
    "field",
    "params",
]
