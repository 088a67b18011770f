"""Load and validate: losses, metrics and the evaluator's figures of trained models on data sets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.predict.lav.callback import LAVCallback
    from tfaip.predict.lav.lav import LAV
    from tfaip.predict.lav.multi_lav import MultiLAV
    from tfaip.predict.lav.params import LAVParams, MultiLAVParams
    from tfaip.predict.lav.result import LAVResult

__all__ = [
    "LAV",
    "LAVCallback",
    "LAVParams",
    "LAVResult",
    "MultiLAV",
    "MultiLAVParams",
]

_MODULES = {
    "LAV": "tfaip.predict.lav.lav",
    "LAVCallback": "tfaip.predict.lav.callback",
    "LAVParams": "tfaip.predict.lav.params",
    "LAVResult": "tfaip.predict.lav.result",
    "MultiLAV": "tfaip.predict.lav.multi_lav",
    "MultiLAVParams": "tfaip.predict.lav.params",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value
