"""Parameters of early stopping."""

from __future__ import annotations

from typing import Any

import attrs
from attrs.validators import ge

from tfaip.params import field, params

__all__ = ["EarlyStoppingParams"]


def _off_or_positive(instance: Any, attribute: attrs.Attribute[Any], value: int) -> None:
    if value != -1 and value < 1:
        raise ValueError(f"'{attribute.name}' must be >= 1, or -1 for no early stopping: {value}")


@params(former_tags=["tfaip.trainer.callbacks.earlystopping.params:EarlyStoppingParams"])
class EarlyStoppingParams:
    """When to end a training before its last epoch, judged by the log that chooses the best model."""

    n_to_go: int = field(
        default=-1,
        validator=_off_or_positive,
        help="Checks without a better model, the best epoch itself included, after which the training ends; -1: never",
    )
    frequency: int = field(default=1, validator=ge(1), help="Check every n epochs only")
    lower_threshold: float | None = field(
        default=None,
        help="Where higher is better: don't count checks before the best value has reached it; "
        "where lower is better: end as soon as it has",
    )
    upper_threshold: float | None = field(
        default=None,
        help="Where higher is better: end as soon as the best value has reached it; "
        "where lower is better: don't count checks before it has",
    )
