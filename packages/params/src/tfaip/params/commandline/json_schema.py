"""`--show-json-schema`: what a config file may hold, as JSON Schema."""

from __future__ import annotations

from typing import Any

from .parsing import Parsed

__all__ = ["json_schema_of"]


def json_schema_of(parsed: Parsed) -> dict[str, Any]:
    """A JSON Schema of config files."""
    return {"type": "object", "properties": {name: {} for name in parsed.nodes}}
