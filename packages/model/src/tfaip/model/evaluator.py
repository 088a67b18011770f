"""Evaluators: figures computed from samples after post-processing, in plain Python.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tfaip.params import params
from tfaip.pipeline import Sample
from tfaip.pipeline.errors import HookError
from tfaip.pipeline.hooks import Hooked, call_user_code, described, hook, returned

__all__ = ["Evaluator", "EvaluatorParams", "TEvaluatorParams", "counting", "figures_of", "has_parts"]


@params(former_tags=["tfaip.evaluator.params:EvaluatorParams"])
class EvaluatorParams:
    """Parameters of an evaluator; the base class has none."""


TEvaluatorParams = TypeVar("TEvaluatorParams", bound=EvaluatorParams)
"""The parameters of an `Evaluator`."""


class Evaluator(Hooked, Generic[TEvaluatorParams]):
    """Computes figures over samples one by one; entering the context starts a new count.

    Subclasses override `update_state` and `result`, and `__enter__` to reset their counts. Those that override `state`
    and `merge` too evaluate a data set in parts.
    """

    def __init__(self, params: TEvaluatorParams) -> None:
        self.params = params

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release what `__enter__` took; the base class took nothing."""

    @hook
    def update_state(self, sample: Sample) -> None:
        """Take one post-processed sample, with outputs and targets, into account."""

    @hook
    def result(self) -> dict[str, Any]:
        """Return the figures by name; the base class has none."""
        return {}

    @hook
    def state(self) -> Any:
        """Return the counts so far, from which `merge` goes on: numbers, texts, arrays, and lists and dicts of them.

        Evaluators that have `state` and `merge` evaluate a data set in parts.
        """
        return None

    @hook
    def merge(self, state: Any) -> None:
        """Add the counts of another part to those of this evaluator.

        Args:
            state: The result of `state`, of an evaluator with the same parameters; its tuples are lists.
        """


def has_parts(evaluator: Evaluator[Any]) -> bool:
    """Whether an evaluator's counts can be merged: `state` and `merge` know all that `update_state` counts."""
    order = type(evaluator).__mro__

    def defined(name: str) -> int:
        return next(number for number, cls in enumerate(order) if name in vars(cls))

    return max(defined("state"), defined("merge")) <= min(defined("update_state"), defined("__enter__"))


@contextmanager
def counting(evaluator: Evaluator[Any]) -> Iterator[Evaluator[Any]]:
    """Enter an evaluator.

    Raises:
        HookError: It is none, since `create_evaluator` returned something else, or its `__enter__` returns none.
    """
    if not isinstance(evaluator, Evaluator):
        raise HookError(f"create_evaluator of the scenario must return an evaluator, got {described(evaluator)}")
    with evaluator as entered:
        yield returned(evaluator, "__enter__", entered, Evaluator, "the evaluator: `return self`")


def figures_of(evaluator: Evaluator[Any]) -> dict[str, Any]:
    """Return the figures of an evaluator.

    Raises:
        HookError: Its `result` returns no dict.
    """
    figures = call_user_code(evaluator.result)
    return dict(returned(evaluator, "result", figures, Mapping, "a dict of figures by name"))
