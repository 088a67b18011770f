"""Parameters of a stage: only what differs from the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs.validators import ge, optional

from tfaip.params import field, params, to_dict

__all__ = ["StageParams"]


def _plain(value: Any) -> Any:
    """Turn params into the plain data that a file holds."""
    if value is None:
        return {}
    if attrs.has(type(value)):
        return to_dict(value)
    if isinstance(value, Mapping):
        return {name: _plain_entry(entry) for name, entry in value.items()}
    return value


def _plain_entry(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain_entry(entry) for entry in value]
    return value if value is None else _plain(value)


@params
class StageParams:
    """A stage of a training. It sets only the differences from the run. Everything else is the same."""

    name: str = field(default="", help="Name of the stage in logs; default: its number")
    epochs: int | None = field(
        default=None, validator=optional(ge(1)), help="Epochs of the stage; default: the epochs of the run"
    )
    samples_per_epoch: int | None = field(
        default=None, validator=optional(ge(1)), help="Samples of an epoch; default: as in the run"
    )
    gen: dict[str, Any] = field(
        factory=dict,
        converter=_plain,
        help="Other samples and batches, by the names of the arguments: train.batch_size=8",
    )
    data: dict[str, Any] = field(
        factory=dict,
        converter=_plain,
        help="Other parameters of the data: pre_proc.processors=[] leaves out all processors",
    )
    early_stopping: dict[str, Any] = field(
        factory=dict, converter=_plain, help="Other early stopping, which ends the stage only: n_to_go=5"
    )
    learning_rate: dict[str, Any] = field(
        factory=dict,
        converter=_plain,
        help="Another schedule, which counts from the first epoch of the stage: __cls__=Constant lr=0.0001",
    )
