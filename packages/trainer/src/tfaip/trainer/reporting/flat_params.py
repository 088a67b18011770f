"""Parameters as a flat table."""

from __future__ import annotations

from typing import Any

from tfaip.params import to_dict

__all__ = ["flat_params"]

_CLASS, _VERSION = "__cls__", "format_version"


def flat_params(params: Any) -> dict[str, str | bool | int | float]:
    """Return each value by its path, `optimizer.beta_1`, and the name of each selected class by that of its field.

    Values that are neither text, truth value nor number become text, as on the command line: `[16, 32]`, `none`.
    """
    flat: dict[str, str | bool | int | float] = {}
    _flatten("", to_dict(params), flat)
    return flat


def _flatten(path: str, value: Any, flat: dict[str, str | bool | int | float]) -> None:
    if isinstance(value, dict):
        if path and _CLASS in value:
            flat[path] = value[_CLASS].rpartition(":")[2].removesuffix("Params")
        for name, item in value.items():
            if name not in (_CLASS, _VERSION):
                _flatten(f"{path}.{name}" if path else str(name), item, flat)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for position, item in enumerate(value):
            _flatten(f"{path}.{position}", item, flat)
    elif isinstance(value, str | bool | int | float):
        flat[path] = value
    else:
        flat[path] = "none" if value is None else str(value)
