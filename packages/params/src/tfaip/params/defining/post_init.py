"""Values that are derived from other params: the `post_init` methods of a tree, called from the leaves to the root."""

from __future__ import annotations

from typing import Any

from tfaip.params.defining.structure import fields_of
from tfaip.params.values.annotations import has_fields

__all__ = ["run_post_init"]


def run_post_init(params: Any) -> None:
    """Call `post_init()` of every params object in a tree that has one, children before parents.

    It runs after parsing and loading, and may run again on the same params: methods have to be idempotent.
    """
    if isinstance(params, list | tuple):
        for item in params:
            run_post_init(item)
    elif isinstance(params, dict):
        for item in params.values():
            run_post_init(item)
    elif has_fields(type(params)):
        for name in fields_of(type(params)):
            run_post_init(getattr(params, name))
        hook = getattr(params, "post_init", None)
        if callable(hook):
            hook()
