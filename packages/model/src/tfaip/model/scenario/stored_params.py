"""Reading parameters that a training has stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from tfaip.model.scenario.lookup import find_scenario
from tfaip.model.scenario.module_place import search_current_folder
from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.scenario import ScenarioBase

__all__ = ["find_stored_scenario", "load_stored_params"]

T = TypeVar("T")


def load_stored_params(
    cls: type[T], path: Path, *, trust: Iterable[str] = (), scenario_at: str = "", strict: bool = True
) -> T:
    """Return the parameters in the JSON file at `path`.

    The file alone says whose scenario it is. The package of that scenario is trusted to hold parameter classes if the
    source of the class that the file names shows such a class; nothing is imported to find out.

    Args:
        cls: Class of the parameters, or one above it.
        path: The file.
        trust: Further packages whose parameter classes may be imported.
        scenario_at: Key under which the scenario's parameters stand; empty if the file holds nothing else.
        strict: Whether unknown keys are errors; otherwise these and missing ones are a `ParamsWarning` each.

    Raises:
        ParamsError: The file can't be read, names a class that is not trusted, or does not fit `cls`.
    """
    # Reading files takes cattrs, which the help of a command does without.
    from tfaip.params import load

    search_current_folder()
    trusted = set(trust)
    packages = {*trusted, *_package_of_scenario(path, scenario_at, trusted)}
    return load(cls, path, trust=packages, strict=strict, complete=not strict)


def find_stored_scenario(params: ScenarioBaseParams[Any, Any]) -> type[ScenarioBase[Any, Any]]:
    """Return the scenario that stored parameters name.

    Its module is imported only after its source has shown, without being run, that it defines a scenario of that name.

    Raises:
        ParamsError: The source shows none.
        ScenarioNotFoundError: The parameters name no scenario, or it can't be loaded.
    """
    from tfaip.params import trusted_packages_of

    if not params.scenario:
        raise ScenarioNotFoundError("the parameters must name the scenario that they belong to, but name none")
    search_current_folder()
    # As with parameters: what has been imported already is not looked for again.
    if params.scenario.partition(":")[0] not in sys.modules:
        trusted_packages_of(params.scenario)
    return find_scenario(params.scenario)


def _package_of_scenario(path: Path, scenario_at: str, trusted: set[str]) -> Iterable[str]:
    from tfaip.params import trusted_packages_of

    try:
        stored: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()  # `load` says it better
    if scenario_at and isinstance(stored, dict):
        stored = stored.get(scenario_at)
    tag = stored.get("__cls__") if isinstance(stored, dict) else None
    if not isinstance(tag, str):
        return ()
    module = tag.partition(":")[0]
    # What has been imported is not imported again, a notebook's classes for instance, of which there is no source.
    if module in sys.modules or any(f"{module}.".startswith(f"{package}.") for package in trusted):
        return ()
    return trusted_packages_of(tag)
