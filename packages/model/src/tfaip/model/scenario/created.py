"""The objects that the `create_*` hooks of a scenario return, checked where the framework calls the hooks.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfaip.model.evaluator import Evaluator
from tfaip.pipeline.hooks import returned

__all__ = ["created"]


def _has(*methods: str) -> Callable[[object], bool]:
    """Return whether an object has methods: their classes load NumPy, and clients may replace them."""
    return lambda found: not isinstance(found, type) and all(callable(getattr(found, name, None)) for name in methods)


_WANTED: Mapping[str, tuple[type | Callable[[object], bool], str]] = {
    "create_model": (_has("build_graph"), "a model"),
    "create_evaluator": (Evaluator, "an evaluator"),
    "create_trainer": (_has("train"), "a trainer"),
    "create_predictor": (_has("predict"), "a predictor"),
    "create_multi_predictor": (_has("predict"), "a predictor"),
    "create_lav": (_has("run"), "an object that loads and validates"),
    "create_multi_lav": (_has("run"), "an object that loads and validates"),
}


def created(scenario: Any, hook: str, *arguments: Any) -> Any:
    """Return the object that a hook of a scenario creates.

    Args:
        scenario: The scenario, or its class.
        hook: Name of the hook, such as "create_model".
        *arguments: Of the hook.

    Raises:
        HookError: The hook returns something else.
    """
    fits, wanted = _WANTED[hook]
    return returned(scenario, hook, getattr(scenario, hook)(*arguments), fits, wanted)
