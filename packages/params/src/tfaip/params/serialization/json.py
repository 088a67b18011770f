"""JSON as the standard has it: the three numbers it has no word for are written as strings."""

from __future__ import annotations

import json
import math
from typing import Any

__all__ = ["dump_json", "load_json"]


def load_json(text: str) -> Any:
    """The data of a JSON document; raises `ValueError` with line and column."""
    return json.loads(text)


def dump_json(data: Any, indent: int | None = 2) -> str:
    """A JSON document; `inf`, `-inf` and `nan` become strings, which fields of type float read as numbers."""
    return json.dumps(_finite(data), indent=indent, ensure_ascii=False, allow_nan=False)


def _finite(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return repr(data)
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, list) else data
