"""Where a run stood when its checkpoint was written: which values the JSON must hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfaip.trainer.errors import CheckpointError

__all__ = ["check_run_state"]

_COUNT, _NUMBER, _TEXT, _OBJECT = "a count", "a number", "a text", "an object"
_PERHAPS = "a number or null"
_BEST = {"log": _TEXT, "mode": _TEXT, "value": _PERHAPS, "epoch": _PERHAPS}
_REQUIRED: dict[str, Any] = {
    "epoch": _COUNT,
    "step": _COUNT,
    "logs": {None: _NUMBER},
    "actions": {None: _OBJECT},
    "sizes": {None: _COUNT},
    "machine": _OBJECT,
    "pipeline": _OBJECT,
}
_OPTIONAL: dict[str, Any] = {
    "samples_per_epoch": _COUNT,
    "best": _BEST,
    "stage": {"number": _COUNT, "begin": _COUNT},
    "counts": {"steps": _COUNT, "samples": _COUNT, "seconds": _NUMBER, "waited": _NUMBER, "trained": bool},
}
_STOP_EARLY = {"count": _COUNT}
# In version 0.1, the best model was the state of an action too, and the other one had another name.
_ACTIONS: dict[str, Any] = {"early_stopping": _STOP_EARLY, "stop_early": _STOP_EARLY}


def check_run_state(state: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return the state as this version writes it; refuse one that no run has written.

    Args:
        state: The state that the checkpoint holds.
        path: The checkpoint, for the message.

    Raises:
        CheckpointError: A value is missing or of another kind.
    """
    given = {name: value for name, value in state.items() if value is not None}
    expected = {**_REQUIRED, **{name: kind for name, kind in _OPTIONAL.items() if name in given}}
    problem = _problem(given, expected, "state")
    actions = given["actions"] if not problem else {}
    former = {} if "best" in given else {"best": _BEST}
    known = {name: kind for name, kind in {**_ACTIONS, **former}.items() if name in actions}
    problem = problem or _problem(actions, known, "actions")
    if problem:
        raise CheckpointError(f"the checkpoint {path} can't be resumed from, {problem}")
    best = given.get("best", actions.get("best"))
    if best is None:
        raise CheckpointError(f"the checkpoint {path} can't be resumed from, state lacks 'best'")
    return {**dict.fromkeys(_OPTIONAL), **state, "best": best}


def _problem(value: Any, kind: Any, where: str) -> str:
    """Say what is wrong with a value; an empty text where nothing is."""
    if isinstance(kind, dict):
        if not isinstance(value, Mapping):
            return f"{where} must be an object, got {_shown(value)}"
        for name, inner in kind.items():
            for key in value if name is None else (name,):
                if key not in value:
                    return f"{where} lacks {key!r}"
                if problem := _problem(value[key], inner, f"{where}.{key}"):
                    return problem
        return ""
    # Logs may be NaN, which Python writes as a number. A whole number with more digits than a float is refused.
    is_number = type(value) is float or (type(value) is int and abs(value) < 2**63)
    fits = {
        _COUNT: type(value) is int and 0 <= value < 2**63,
        _NUMBER: is_number,
        _PERHAPS: value is None or is_number,
        _TEXT: isinstance(value, str),
        _OBJECT: isinstance(value, Mapping),
        bool: isinstance(value, bool),
    }[kind]
    name = "true or false" if kind is bool else kind
    return "" if fits else f"{where} must be {name}, got {_shown(value)}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
