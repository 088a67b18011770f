"""Layers by their paths, and which of them are not trained."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from tfaip.params import ParamsError

__all__ = ["freeze", "layer_paths"]


def freeze(graph: Any, pattern: str) -> list[Any]:
    """Freeze all layers with a path that fully matches the regular expression `pattern`, and all layers inside them.

    Returns:
        The variables that are frozen.

    Raises:
        ParamsError: No layer matches, nothing is left to train, or `pattern` is no regular expression.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ParamsError(f"no_train_scope must be a regular expression, got {pattern!r}: {error}") from None
    layers = dict(layer_paths(graph))
    matched = [layer for path, layer in layers.items() if expression.fullmatch(path)]
    if not matched:
        near = difflib.get_close_matches(pattern, layers, n=5, cutoff=0.3) or list(layers)[:5]
        raise ParamsError(
            f"no_train_scope must match the whole path of a layer, but {pattern!r} matches none; "
            f"some of the paths: {', '.join(near)}"
        )
    for layer in matched:
        layer.trainable = False
    if not graph.trainable_variables:
        raise ParamsError(f"no_train_scope must leave something to train, but {pattern!r} freezes all weights")
    return [weight for layer in matched for weight in layer.weights]


def layer_paths(layer: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the slash-joined path and the layer for `layer` and all layers in it, each before those in it.

    Paths begin with the name of the graph, as the paths of its variables do: `graph/encoder/dense_1`.
    """
    path = f"{prefix}/{layer.name}" if prefix else layer.name
    yield path, layer
    for child in layer._layers:
        yield from layer_paths(child, path)
