"""Loading a package that stands on this one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["upper_floor"]


def upper_floor(package: str) -> Any:
    """Return the module `tfaip.PACKAGE`, or say how to install it; the one way in which a scenario reaches upwards."""
    try:
        return import_module(f"tfaip.{package}")
    except ModuleNotFoundError as error:
        if error.name != f"tfaip.{package}":
            raise
        raise ModuleNotFoundError(
            f"this needs the package tfaip-{package}: pip install tfaip-{package}", name=error.name
        ) from None
