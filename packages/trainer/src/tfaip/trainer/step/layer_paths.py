"""The layers of a graph by their paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["layer_paths"]


def layer_paths(layer: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the slash-joined path and the layer for `layer` and all layers in it, each before those in it.

    Paths begin with the name of the graph, as the paths of its variables do: `graph/encoder/dense_1`.
    """
    path = f"{prefix}/{layer.name}" if prefix else layer.name
    yield path, layer
    for child in layer._layers:
        yield from layer_paths(child, path)
