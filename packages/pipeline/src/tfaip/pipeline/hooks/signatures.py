"""Does a method take what the framework calls it with?"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

__all__ = ["place_of", "problem_of", "wanted"]

# Parameters of older signatures, by the name of the hook: a method that takes them was written for these.
FORMER_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "_loss": ("inputs_targets",),
    "_metric": ("inputs_targets", "inputs", "targets", "outputs"),
    "_print_evaluate": ("inputs", "outputs", "targets"),
    "_export_graphs": ("inputs_targets",),
    "_sample_weights": ("inputs_targets",),
    "create_lav": ("lav_params", "scenario_params", "predictor_params"),
    "create_multi_lav": ("lav_params", "scenario_params", "predictor_params"),
    "on_sample_end": ("data_generator_params",),
}

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def wanted(base: Any, name: str) -> str:
    """Return how a hook is written, without annotations: `def _loss(self, inputs, targets, outputs)`.

    Args:
        base: The hook as the base class defines it: a function, or a class method.
        name: Name of the hook.
    """
    parameters = inspect.signature(_function(base), follow_wrapped=False).parameters.values()
    shown = (_shown(parameter) for parameter in parameters)
    return f"{'@classmethod ' if isinstance(base, classmethod) else ''}def {name}({', '.join(shown)})"


def problem_of(method: Any, base: Any, name: str, by_name: tuple[str, ...]) -> str | None:
    """Return why a method can't be called as the hook that it overrides; `None` if it can.

    Decorated methods are taken as their wrapper says, since a decorator may turn one call into another.

    Args:
        method: The method of the user's class.
        base: The hook as the base class defines it.
        name: Name of the hook.
        by_name: Parameters that the framework gives by name; it gives the others by position.
    """
    if isinstance(method, property | functools.cached_property) or not (
        callable(method) or hasattr(type(method), "__get__")
    ):
        return "it must be a method"
    if isinstance(base, classmethod) and inspect.isfunction(method):
        return "it must be a class method"
    signature = _signature(method)
    if signature is None:
        return None
    given = [parameter.name for parameter in list(inspect.signature(_function(base)).parameters.values())[1:]]
    by_position = [parameter for parameter in given if parameter not in by_name]
    # Neither an object with `__call__` is given the instance, nor a `functools.partial` (which has `__get__` in 3.13).
    is_given = hasattr(type(method), "__get__") and not isinstance(method, staticmethod | functools.partial)
    bound = ["self"] if is_given else []
    try:
        signature.bind(*bound, *by_position, **{parameter: None for parameter in given if parameter in by_name})
    except TypeError as error:
        return str(error)
    return _swapped(list(signature.parameters.values())[len(bound) :], by_position, FORMER_PARAMETERS.get(name, ()))


def place_of(method: Any) -> str:
    """Return ` (file.py:line)` of a method, nothing where it is not known."""
    code = getattr(inspect.unwrap(_function(method)), "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code else ""


def _swapped(parameters: list[inspect.Parameter], given: list[str], former: tuple[str, ...]) -> str | None:
    """Names tell that values would arrive in the wrong parameters, though their number fits."""
    required = [p for p in parameters if p.kind in _POSITIONAL and p.default is inspect.Parameter.empty]
    for parameter, meant in zip(required, given, strict=False):
        if parameter.name != meant and parameter.name in (*given, *former):
            return f"{parameter.name!r} would be given {meant!r}"
    return None


def _signature(method: Any) -> inspect.Signature | None:
    function = _function(method)
    if isinstance(function, FunctionType):
        # Its code alone: `functools.wraps` may have copied a `__signature__`, annotations may not be there to evaluate.
        bare = FunctionType(
            function.__code__, {}, function.__name__, function.__defaults__, closure=function.__closure__
        )
        bare.__kwdefaults__ = function.__kwdefaults__
        return inspect.signature(bare)
    try:
        return inspect.signature(function, follow_wrapped=False)
    except (TypeError, ValueError):
        return None


def _function(method: Any) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(method, "__func__", method)
    return function


def _shown(parameter: inspect.Parameter) -> str:
    plain = parameter.replace(annotation=inspect.Parameter.empty, default=inspect.Parameter.empty)
    if parameter.default is inspect.Parameter.empty:
        return str(plain)
    return f"{plain}={getattr(parameter.default, '__name__', repr(parameter.default))}"
