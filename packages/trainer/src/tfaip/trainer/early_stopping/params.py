"""Parameters of early stopping."""

from __future__ import annotations

from typing import Any

import attrs
from attrs.validators import ge, optional

from tfaip.params import field, params

__all__ = ["EarlyStoppingParams"]


def _off_or_positive(instance: Any, attribute: attrs.Attribute[Any], value: int) -> None:
    if value != -1 and value < 1:
        raise ValueError(f"'{attribute.name}' must be >= 1, or -1 for no early stopping: {value}")


@params(former_tags=["tfaip.trainer.callbacks.earlystopping.params:EarlyStoppingParams"])
class EarlyStoppingParams:
    """When to end a training before its last epoch, judged by the log that chooses the best model."""

    patience: int | None = field(
        basic=True,
        default=None,
        validator=optional(ge(0)),
        help="Checks without a better model after which the training ends; default: no early stopping; "
        "0 means the same as 1",
    )
    frequency: int = field(default=1, validator=ge(1), help="Epochs from one check to the next")
    start_threshold: float | None = field(
        default=None, help="Value from which checks count: none counts before the best value has reached it"
    )
    stop_threshold: float | None = field(
        default=None, help="Value that ends the training as soon as the best value has reached it"
    )
    n_to_go: int = field(
        default=-1,
        validator=_off_or_positive,
        help="Former word for patience + 1, since it counts the best epoch too; -1: never; patience wins",
    )
    lower_threshold: float | None = field(
        default=None,
        help="Former word: start_threshold where higher is better, stop_threshold where lower is better; these win",
    )
    upper_threshold: float | None = field(
        default=None,
        help="Former word: stop_threshold where higher is better, start_threshold where lower is better; these win",
    )

    def checks_to_end(self) -> int | None:
        """Return the checks without a better model that end the training; `None`: it goes on."""
        if self.patience is not None:
            return max(self.patience, 1)
        # The former word counts the best epoch, which ends nothing.
        return max(self.n_to_go - 1, 1) if self.n_to_go > 0 else None

    def thresholds(self, mode: str) -> tuple[float | None, float | None]:
        """Return the values from which checks count, and at which the training ends, for "min" or "max"."""
        former = self.lower_threshold, self.upper_threshold
        start, stop = former if mode == "max" else former[::-1]
        return (
            start if self.start_threshold is None else self.start_threshold,
            stop if self.stop_threshold is None else self.stop_threshold,
        )
