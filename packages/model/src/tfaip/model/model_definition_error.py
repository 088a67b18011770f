"""The error for a mistake in the code of a model or a graph."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["ModelDefinitionError"]


class ModelDefinitionError(UserError, TypeError, ValueError):
    """A hook of a model, or a graph, returns what it must not, or names what there is not."""
