"""Typed parameter classes that become a dynamic command line, JSON, YAML and TOML."""

# ruff: noqa: E402
from tfaip.params.trust.current_folder import leave_start_of_path

# Before anything else is imported: `python -m tfaip...` has put the current folder first.
leave_start_of_path()

from tfaip.params.moved_modules import find_moved_modules
from tfaip.params.public_names import public_names

find_moved_modules()

__getattr__, __dir__, __all__ = public_names(__name__)
