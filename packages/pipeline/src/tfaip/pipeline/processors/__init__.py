"""Processors that many scenarios need. They are loaded when they are first asked for: help does without."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.processors.ctc_targets_params import CTCTargetsParams

if TYPE_CHECKING:
    from tfaip.pipeline.processors.ctc_targets import CTCTargets, ctc_frames_needed

__all__ = ["CTCTargets", "CTCTargetsParams", "ctc_frames_needed"]

_MODULES = {"CTCTargets": "ctc_targets", "ctc_frames_needed": "ctc_targets"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
