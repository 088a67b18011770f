"""TOML, which has no null: None is written as `{ __none__ = true }`."""

from __future__ import annotations

import tomllib
from typing import Any

import tomli_w

__all__ = ["dump_toml", "load_toml"]

_NONE_KEY = "__none__"


def load_toml(text: str) -> Any:
    """The data of a TOML document; raises `ValueError` with line and column."""
    return _restore(tomllib.loads(text))


def dump_toml(data: dict[str, Any]) -> str:
    """A TOML document that `load_toml` reads as this data."""
    return tomli_w.dumps(_replace(data))


def _replace(data: Any) -> Any:
    if data is None:
        return {_NONE_KEY: True}
    if isinstance(data, dict):
        return {key: _replace(value) for key, value in data.items()}
    return [_replace(value) for value in data] if isinstance(data, list) else data


def _restore(data: Any) -> Any:
    if isinstance(data, dict):
        return None if data == {_NONE_KEY: True} else {key: _restore(value) for key, value in data.items()}
    return [_restore(value) for value in data] if isinstance(data, list) else data
