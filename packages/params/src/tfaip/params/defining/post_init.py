"""Values that are derived from other params: the `post_init` methods of a tree, called from the leaves to the root."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import UserError
from tfaip.params.values.annotations import has_fields

__all__ = ["PostInitError", "run_post_init"]


class PostInitError(ValueError):
    """A `post_init` refused the values of its object, or found no file that they name."""


def run_post_init(params: Any) -> None:
    """Call `post_init()` of every params object in a tree that has one, children before parents.

    It runs after parsing and loading, and may run again on the same params: methods have to be idempotent.

    Raises:
        PostInitError: A method raised an error that is no `UserError`. The message names the class, and the line too
            unless it is a `ValueError` or an `OSError`, which a check raises on purpose.
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
            try:
                hook()
            except UserError:  # it has a message of its own
                raise
            except (ValueError, OSError) as error:
                raise PostInitError(f"{type(params).__name__}.post_init: {error}") from error
            except Exception as error:
                raise PostInitError(f"{type(params).__name__}.post_init: {_described(error)}") from error


def _described(error: Exception) -> str:
    """Describe an error that may be a mistake in the method itself."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{text}{where}"
