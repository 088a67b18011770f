"""The fields that all optimizers' parameters share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
from attrs.validators import ge, optional

from tfaip.params import Creates, ParamsError, field, params

if TYPE_CHECKING:
    import keras

__all__ = ["OptimizerParams"]


@params(group="tfaip.optimizers")
class OptimizerParams(Creates["keras.optimizers.Optimizer"]):
    """Base of the optimizers' parameters: the clipping of gradients, at most one kind of it, and weight decay.

    A subclass names its Keras class in `cls`. Its own fields are arguments of that class; override `_create` where they
    have other names. Other distributions add optimizers by the entry-point group `tfaip.optimizers`.

    Weight decay is decoupled from the gradient, and follows the schedule of the learning rate: each update also makes w
    <- w - rate * weight_decay * w (Loshchilov and Hutter, 2019, as in Keras).
    """

    clip_norm: float | None = field(default=None, help="Clip each gradient to this L2 norm")
    clip_value: float | None = field(default=None, help="Clip each element of a gradient to this absolute value")
    clip_global_norm: float | None = field(
        basic=True, default=None, former_names=["global_clip_norm"], help="Clip all gradients together to this L2 norm"
    )
    weight_decay: float | None = field(
        basic=True,
        default=None,
        validator=optional(ge(0)),
        help="Fraction of the weights removed per update, times the learning rate",
    )
    weight_decay_exclude: list[str] = field(
        factory=list,
        help="Regular expressions; variables whose path (graph/layer/bias) contains a match don't decay",
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "_create" in vars(cls) and "cls" not in vars(cls):  # written for version 0.1, which had no `cls`
            setattr(cls, "cls", _any_optimizer)  # noqa: B010 - checkers refuse the assignment

    def create(self, variables: Sequence[Any]) -> keras.optimizers.Optimizer:
        """Return the optimizer, built; the trainer sets its learning rate at each step.

        Args:
            variables: Keras variables that are trained.

        Raises:
            ParamsError: Gradients would be clipped in two ways, or an expression of `weight_decay_exclude` is wrong.
        """
        optimizer = self._create({**self._clipping(), "weight_decay": self.weight_decay})
        optimizer.exclude_from_weight_decay(var_list=self._excluded(variables))
        optimizer.build(list(variables))
        return optimizer

    def _create(self, common: dict[str, Any]) -> keras.optimizers.Optimizer:
        """Return the optimizer, not built. `common` are the keyword arguments of all Keras optimizers."""
        own = [name for name in _field_names(type(self)) if name not in _field_names(OptimizerParams)]
        return self.cls()(**{name: getattr(self, name) for name in own}, **common)

    def _clipping(self) -> dict[str, float | None]:
        kinds = ("clip_norm", "clip_value", "clip_global_norm")
        chosen = [f"{kind}={value}" for kind in kinds if (value := getattr(self, kind)) is not None]
        if len(chosen) > 1:
            raise ParamsError(f"optimizer: at most one of {', '.join(kinds)} may be set, got {' and '.join(chosen)}")
        return {
            "clipnorm": self.clip_norm,
            "clipvalue": self.clip_value,
            "global_clipnorm": self.clip_global_norm,
        }

    def _excluded(self, variables: Sequence[Any]) -> list[Any]:
        excluded = []
        for pattern in self.weight_decay_exclude:
            try:
                found = [variable for variable in variables if re.search(pattern, variable.path)]
            except re.error as error:
                raise ParamsError(
                    f"optimizer.weight_decay_exclude takes regular expressions, got {pattern!r}: {error}"
                ) from None
            if not found:
                paths = [variable.path for variable in variables]
                import difflib

                near = difflib.get_close_matches(pattern, paths, n=5, cutoff=0.3) or paths[:5]
                raise ParamsError(
                    f"optimizer.weight_decay_exclude: {pattern!r} is found in the path of no trained variable; "
                    f"some of them: {', '.join(near)}"
                )
            excluded += found
        return excluded


def _field_names(cls: type[Any]) -> list[str]:
    return [attribute.name for attribute in attrs.fields(cls)]


def _any_optimizer(self: OptimizerParams) -> type[keras.optimizers.Optimizer]:
    """Return the base of all optimizers."""
    import keras

    return keras.optimizers.Optimizer
