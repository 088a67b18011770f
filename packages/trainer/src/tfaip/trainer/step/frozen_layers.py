"""Layers that are not trained."""

from __future__ import annotations

import difflib
import re
from typing import Any

from tfaip.params import ParamsError
from tfaip.trainer.step.layer_paths import layer_paths

__all__ = ["freeze"]


def freeze(graph: Any, pattern: str) -> list[Any]:
    """Let the layers whose path matches the regular expression `pattern` as a whole, and all in them, not be trained.

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
