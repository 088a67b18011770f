"""Reading parameters that a training has stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["load_stored_params"]

T = TypeVar("T")


def load_stored_params(cls: type[T], path: Path, *, trust: Iterable[str] = (), scenario_at: str = "") -> T:
    """Return the parameters in the JSON file at `path`.

    The file alone says whose scenario it is. The package of that scenario is trusted to hold parameter classes if the
    source of the class that the file names shows such a class; nothing is imported to find out.

    Args:
        cls: Class of the parameters, or one above it.
        path: The file.
        trust: Further packages whose parameter classes may be imported.
        scenario_at: Key under which the scenario's parameters stand; empty if the file holds nothing else.

    Raises:
        ParamsError: The file can't be read, names a class that is not trusted, or does not fit `cls`.
    """
    # Reading files takes cattrs, which the help of a command does without.
    from tfaip.params import load

    return load(cls, path, trust={*trust, *_package_of_scenario(path, scenario_at)})


def _package_of_scenario(path: Path, scenario_at: str) -> Iterable[str]:
    from tfaip.params import trusted_packages_of

    try:
        stored: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()  # `load` says it better
    if scenario_at and isinstance(stored, dict):
        stored = stored.get(scenario_at)
    tag = stored.get("__cls__") if isinstance(stored, dict) else None
    return trusted_packages_of(tag) if isinstance(tag, str) else ()
