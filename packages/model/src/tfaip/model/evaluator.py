"""Evaluators: figures computed from samples after post-processing, in plain Python."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from tfaip.params import params
from tfaip.pipeline.hooks import Hooked, hook

if TYPE_CHECKING:
    from tfaip.pipeline import Sample

__all__ = ["Evaluator", "EvaluatorParams", "TEvaluatorParams"]


@params(former_tags=["tfaip.evaluator.params:EvaluatorParams"])
class EvaluatorParams:
    """Parameters of an evaluator; the base class has none."""


TEvaluatorParams = TypeVar("TEvaluatorParams", bound=EvaluatorParams)
"""The parameters of an `Evaluator`."""


class Evaluator(Hooked, Generic[TEvaluatorParams]):
    """Computes figures over samples one by one; entering the context starts a new count.

    Subclasses override `update_state` and `result`, and `__enter__` to reset what they count.
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
