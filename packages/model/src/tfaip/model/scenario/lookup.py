"""From what a user types to a scenario class."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params import UserError

__all__ = ["ScenarioNotFoundError", "find_scenario", "search_current_folder"]


class ScenarioNotFoundError(UserError, ValueError):
    """No scenario, or more than one, goes by the name that the user gave."""


def find_scenario(name: str) -> type[ScenarioBase[Any, Any]]:
    """Return the scenario that `name` means.

    Args:
        name: `package.module:Class`, a module that defines exactly one scenario, or a package whose module `scenario`
            does. Slashes count as dots, and the current folder is searched first.

    Raises:
        ScenarioNotFoundError: There is no such module or class, or there are several scenarios to choose from.
    """
    module_name, _, class_name = name.strip().strip("/").removesuffix(".py").replace("/", ".").partition(":")
    search_current_folder()
    if class_name:
        return _class_in(_load(module_name), class_name)

    module = _load(module_name)
    scenarios = _scenarios_in(module)
    if not scenarios and hasattr(module, "__path__") and _exists(f"{module_name}.scenario"):
        module = _load(f"{module_name}.scenario")
        scenarios = _scenarios_in(module)
    if len(scenarios) == 1:
        return scenarios[0]
    if scenarios:
        choices = ", ".join(f"{module.__name__}:{scenario.__name__}" for scenario in scenarios)
        raise ScenarioNotFoundError(f"{module.__name__} holds several scenarios, name one of them: {choices}")
    raise ScenarioNotFoundError(
        f"{module.__name__} holds no scenario: expected a subclass of tfaip.model.ScenarioBase there, "
        f"or in a module {module.__name__}.scenario"
    )


def search_current_folder() -> None:
    """Let modules be imported from the current folder, as `python -m` does and installed commands do not."""
    current = str(Path.cwd())
    if current not in sys.path:
        sys.path.insert(0, current)


def _scenarios_in(module: ModuleType) -> list[type[ScenarioBase[Any, Any]]]:
    """Scenarios that the module defines; what it imports from elsewhere does not count."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ScenarioBase) and value.__module__ == module.__name__
    ]


def _class_in(module: ModuleType, name: str) -> type[ScenarioBase[Any, Any]]:
    value = getattr(module, name, None)
    if isinstance(value, type) and issubclass(value, ScenarioBase):
        return value
    scenarios = [scenario.__name__ for scenario in _scenarios_in(module)]
    hint = f"; it holds {', '.join(scenarios)}" if scenarios else ""
    raise ScenarioNotFoundError(f"{module.__name__} holds no scenario {name!r}{hint}")


def _exists(module_name: str) -> bool:
    try:
        return importlib.util.find_spec(module_name) is not None
    except ModuleNotFoundError:
        return False


def _load(module_name: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing != module_name and not module_name.startswith(f"{missing}."):
            raise ScenarioNotFoundError(
                f"{module_name} could not be loaded: it imports {missing!r}, which is not installed"
            ) from error
        raise ScenarioNotFoundError(
            f"there is no module {module_name!r}{_nearest(module_name)}; "
            f"searched the current folder {Path.cwd()} and the installed packages"
        ) from None
    except ValueError:
        raise ScenarioNotFoundError(f"{module_name!r} is no module name: expected package.module:Class") from None


def _nearest(module_name: str) -> str:
    """Suggest what stands beside the first part of the name that does not exist."""
    known, parts = "", module_name.split(".")
    for depth, part in enumerate(parts):
        if _exists(f"{known}.{part}" if known else part):
            known = f"{known}.{part}" if known else part
            continue
        path = importlib.import_module(known).__path__ if known else [str(Path.cwd())]
        names = [info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_")]
        folders = [p.name for folder in path for p in Path(folder).iterdir() if p.is_dir() and p.name.isidentifier()]
        close = difflib.get_close_matches(part, {*names, *folders}, n=3)
        if not close:
            return ""
        prefix = f"{known}." if known else ""
        rest = "".join(f".{after}" for after in parts[depth + 1 :])
        return ", did you mean " + " or ".join(repr(f"{prefix}{name}{rest}") for name in close) + "?"
    return ""
