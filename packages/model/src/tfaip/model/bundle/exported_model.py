"""A model that was exported, as hooks see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tfaip.model.bundle.layout import Bundle

__all__ = ["ExportedModel"]


@dataclass(frozen=True)
class ExportedModel:
    """A model that was exported.

    Attributes:
        bundle: The bundle, whole.
        kind: "best" for the best model so far, "last" at the end of a training, "epoch" for every n-th epoch, "adapted"
            for a bundle that was rebuilt, "converted" for one of tfaip 1.2.
        epoch: Epochs that it was trained; 0 where this isn't known.
        logs: Logs of the last one of them, by name.
    """

    bundle: Bundle
    kind: str
    epoch: int = 0
    logs: Mapping[str, float] = field(default_factory=dict)
