"""From what a user types to a scenario class."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from abc import ABC
from pathlib import Path
from types import ModuleType
from typing import Any

from tfaip.model.scenario.module_place import ModulePlace, dotted_or_path, module_place
from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params.suggestions import nearest
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate
from tfaip.params.trust.trust import refuse_two_places
from tfaip.params.values.problem import ValueProblem

__all__ = ["find_located_scenario", "find_scenario"]


def find_scenario(name: str) -> type[ScenarioBase[Any, Any]]:
    """Return the scenario that `name` means.

    Bases are passed over: classes that derive from `ABC` themselves, have abstract methods, leave a type argument open
    or begin with an underscore. Imports from other modules do not count either, unless `name` names the class.

    Args:
        name: `package.module:Class`, a module that defines exactly one scenario, or a package whose module `scenario`
            does. The module may be a path: `path/to/scenario.py`, `path/to/folder`. The current folder is searched
            last.

    Raises:
        ScenarioNotFoundError: There is no such module or class, it is in the current folder and installed from
            elsewhere, or there are several scenarios to choose from.
    """
    search_current_folder()
    return find_located_scenario(name)


def find_located_scenario(name: str) -> type[ScenarioBase[Any, Any]]:
    """As `find_scenario`, from the present `sys.path`."""
    text, _, class_name = name.strip().partition(":")
    place = module_place(text)
    module = _load(place)
    if class_name:
        return _class_in(module, class_name)
    scenarios = _scenarios_in(module)
    if not scenarios and hasattr(module, "__path__") and _exists(f"{place.name}.scenario"):
        module = _load(ModulePlace(f"{place.name}.scenario"))
        scenarios = _scenarios_in(module)
    if len(scenarios) == 1:
        return scenarios[0]
    if scenarios:
        choices = ", ".join(f"{module.__name__}:{scenario.__name__}" for scenario in scenarios)
        raise ScenarioNotFoundError(f"{module.__name__} holds several scenarios, name one of them: {choices}")
    bases = [scenario.__name__ for scenario in _defined_in(module)]
    raise ScenarioNotFoundError(
        f"{module.__name__} holds no scenario: expected a subclass of tfaip.model.ScenarioBase there, "
        f"or in a module {module.__name__}.scenario" + (f"; {', '.join(bases)} is only a base" if bases else "")
    )


def _defined_in(module: ModuleType) -> list[type[ScenarioBase[Any, Any]]]:
    """Scenarios and bases that the module defines; imported ones do not count."""
    found = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ScenarioBase) and value.__module__ == module.__name__
    )
    return list(dict.fromkeys(found))


def _scenarios_in(module: ModuleType) -> list[type[ScenarioBase[Any, Any]]]:
    return [scenario for scenario in _defined_in(module) if not _is_base(scenario)]


def _is_base(scenario: type[ScenarioBase[Any, Any]]) -> bool:
    open_arguments = getattr(scenario, "__parameters__", ())
    return bool(
        inspect.isabstract(scenario) or ABC in scenario.__bases__ or open_arguments or scenario.__name__.startswith("_")
    )


def _class_in(module: ModuleType, name: str) -> type[ScenarioBase[Any, Any]]:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
    scenarios = [scenario.__name__ for scenario in _scenarios_in(module)]
    if isinstance(value, type) and issubclass(value, ScenarioBase):
        if not _is_base(value):
            return value
        what = f"{module.__name__}:{name} is a base of scenarios, not one itself"
    else:
        close = nearest(name, scenarios)
        what = f"{module.__name__} holds no scenario {name!r}" + (f", did you mean {close[0]!r}?" if close else "")
    hint = f"; it holds {', '.join(scenarios)}" if scenarios else ""
    raise ScenarioNotFoundError(f"{what}{hint}")


def _exists(module_name: str) -> bool:
    try:
        return importlib.util.find_spec(module_name) is not None
    except ModuleNotFoundError:
        return False


def _load(place: ModulePlace) -> ModuleType:
    try:
        if place.file is None:
            refuse_two_places(place.name, locate(place.name), by_path=True)
        module = importlib.import_module(place.name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing != place.name and not place.name.startswith(f"{missing}."):
            raise ScenarioNotFoundError(
                f"{place.name} could not be loaded: it imports {missing!r}, which is not installed"
                f"{_where_it_is(missing, place)}"
            ) from error
        meant = _further_down(place.name) or _did_you_mean(place.name)
        raise ScenarioNotFoundError(f"there is no module {place.name!r}{meant}; searched {_searched()}") from None
    except ValueProblem as problem:
        raise ScenarioNotFoundError("; ".join([problem.problem, *problem.hints])) from None
    except (TypeError, ValueError) as error:
        if place.name and not place.name.startswith("."):
            raise
        raise ScenarioNotFoundError(f"{place.name!r} is no module name: expected package.module:Class") from error
    loaded = getattr(module, "__file__", None)
    if place.file and loaded and Path(loaded).resolve() != place.file:
        raise ScenarioNotFoundError(
            f"{place.file} would be imported as {place.name!r}, but that is {loaded}: rename one of them, or start in "
            "a folder above, so that the file has a longer name"
        )
    return module


def _searched() -> str:
    if sys.flags.safe_path:
        return "the installed packages; Python's option -P and PYTHONSAFEPATH leave the current folder out"
    return f"the installed packages and the current folder {Path.cwd()}"


def _where_it_is(missing: str, place: ModulePlace) -> str:
    """Tell from which folder the modules beside a file can be imported, if there is one."""
    top = missing.partition(".")[0]
    for folder in place.file.parents if place.file else ():
        if (folder / top).is_dir() or (folder / f"{top}.py").is_file():
            return f"; {top} is in {folder}: start there, or add that folder to PYTHONPATH"
    return ""


def _did_you_mean(module_name: str) -> str:
    """Suggest what stands beside the first part of the name that does not exist."""
    known, parts = "", module_name.split(".")
    for depth, part in enumerate(parts):
        if _exists(f"{known}.{part}" if known else part):
            known = f"{known}.{part}" if known else part
            continue
        path = getattr(importlib.import_module(known), "__path__", ()) if known else [str(Path.cwd()), *sys.path]
        after = parts[depth + 1 :]
        # A part that is alike by chance does not hold the next part, too.
        close = [name for name in nearest(part, _names_in(path, but=part)) if not after or _holds(path, name, after[0])]
        if not close:
            return ""
        prefix = f"{known}." if known else ""
        rest = "".join(f".{inner}" for inner in after)
        return ", did you mean " + " or ".join(repr(f"{prefix}{name}{rest}") for name in close) + "?"
    return ""


def _further_down(module_name: str) -> str:
    """Suggest what has the name in a folder below the current one: `examples.tutorial.min` for `tutorial.min`."""
    path = Path(*module_name.split(".")) if module_name else Path("-")
    folders = [folder for pattern in ("*", "*/*") for folder in sorted(Path.cwd().glob(pattern)) if _is_package(folder)]
    found = [place / path for place in folders if (place / path).is_dir() or (place / f"{path}.py").is_file()]
    if not found:
        return ""
    return ", did you mean " + " or ".join(repr(dotted_or_path(place)) for place in found[:3]) + "?"


def _is_package(folder: Path) -> bool:
    """Whether a folder may hold modules, judged by its name and that of its parent."""
    return folder.is_dir() and not any(part.startswith((".", "_")) for part in folder.relative_to(Path.cwd()).parts)


def _holds(folders: Any, package: str, name: str) -> bool:
    """Whether a package has such a module; nothing is imported."""
    places = [Path(folder) / package for folder in folders]
    return any((place / name).is_dir() or (place / f"{name}.py").is_file() for place in places)


def _names_in(folders: Any, *, but: str) -> set[str]:
    """Modules and folders that may be packages."""
    existing = [Path(folder) for folder in folders if Path(folder).is_dir()]
    modules = {info.name for info in pkgutil.iter_modules(map(str, existing)) if not info.name.startswith("_")}
    entries = {path.name for folder in existing for path in folder.iterdir() if path.name.isidentifier()}
    return (modules | entries) - {but}
