"""Parameters that a training has stored in a run or in a bundle, and their scenario."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import Bundle
from tfaip.model.folders.containment import what_leads_out
from tfaip.model.scenario.lookup import find_located_scenario
from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params import LoadError, Mistake, ParamsError, ParamsWarning, Trust, load
from tfaip.params.serialization.formats import read_file
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate, module_of
from tfaip.params.trust.main_module import is_main
from tfaip.params.trust.tagged_import import TrustedImport
from tfaip.params.values.problem import ValueProblem
from tfaip.pipeline.data.resources import find_resources

__all__ = ["find_stored_scenario", "load_params_of_today", "load_scenario_params", "load_stored_params", "vouch"]

T = TypeVar("T")


def load_stored_params(
    cls: type[T],
    path: Path,
    *,
    trust: Iterable[str] = (),
    reading: Iterable[str | os.PathLike[str]] = (),
    scenario_at: str = "",
    strict: bool = True,
) -> T:
    """Return the parameters in the JSON file at `path`.

    The file alone says whose scenario it is. Parameter classes of that scenario's package may be imported if its place
    vouches for it (`tfaip.params.Trust`), and its source shows such a class. Nothing is imported to find out.

    Args:
        cls: Class of the parameters, or one above it.
        path: The file.
        trust: Further packages whose parameter classes may be imported.
        reading: The bundle or run folder that the file belongs to, and others that are read with it. No module in them
            is imported.
        scenario_at: Key under which the scenario's parameters stand; empty if the file holds nothing else.
        strict: Whether unknown keys are errors; otherwise these and missing ones are a `ParamsWarning` each.

    Raises:
        ParamsError: The file can't be read, names a class that is not trusted, or does not fit `cls`.
    """
    folders = tuple(reading)
    search_current_folder(folders)
    trusted = Trust(trust, reading=folders)
    tag, scenario = _named_in(path, scenario_at)
    vouch(trusted, tag)
    # Its package may hold parameters of data and model. Where it isn't trusted, who looks for it will hear.
    with suppress(LoadError):
        vouch(trusted, scenario)
    return load(cls, path, trust=trusted, strict=strict, complete=not strict)


def load_scenario_params(
    path: str | os.PathLike[str],
    *,
    trust: Iterable[str] = (),
    reading: Iterable[str | os.PathLike[str]] = (),
    strict: bool = True,
) -> ScenarioBaseParams[Any, Any]:
    """Return the parameters of the scenario of the bundle at `path`.

    Args:
        path: The bundle.
        trust: Packages whose parameter classes may be imported. The scenario's own counts where it is installed, or
            at a place that the user has named before, if its source shows that it holds such a class.
        reading: Further folders that are read with the bundle, other bundles for instance. No module in one of them is
            imported.
        strict: Whether parameters that are unknown today are an error; otherwise these, and new ones that take their
            defaults, are a `ParamsWarning` each.

    Raises:
        BundleError: `path` is no bundle, its parameters cannot be read, or a resource lies outside of it.
    """
    bundle = Bundle.at(path)
    try:
        params = load_stored_params(
            ScenarioBaseParams, bundle.scenario_params, trust=trust, reading=[bundle.path, *reading], strict=strict
        )
    except ParamsError as error:
        raise BundleError(f"the parameters of the bundle {bundle.path} cannot be read: {error}") from error
    # Resources stand in the bundle, wherever it has been moved to.
    params.data.resource_base_path = str(bundle.path.resolve())
    for resource in find_resources(params.data, "$.data"):
        if outside := what_leads_out(bundle.path, Path(params.data.resource_path(resource.path))):
            raise BundleError(
                f"a resource of the bundle {bundle.path} must lie in it, but {resource.where} is {resource.path!r}: "
                f"{outside}"
            )
    return params


def load_params_of_today(
    path: str | os.PathLike[str], *, trust: Iterable[str] = ()
) -> tuple[ScenarioBaseParams[Any, Any], list[str]]:
    """Return the parameters of the bundle at `path` as today's code has them, and one sentence for each difference.

    Args:
        path: The bundle.
        trust: Packages, beside the scenario's own, whose parameter classes may be imported.

    Raises:
        BundleError: `path` is no bundle, or its parameters can't be read.
    """
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ParamsWarning)
        params = load_scenario_params(path, trust=trust, strict=False)
    return params, [str(warning.message) for warning in warned if issubclass(warning.category, ParamsWarning)]


def find_stored_scenario(
    params: ScenarioBaseParams[Any, Any],
    *,
    trust: Iterable[str] = (),
    reading: Iterable[str | os.PathLike[str]] = (),
) -> type[ScenarioBase[Any, Any]]:
    """Return the scenario that stored parameters name.

    Its module is imported only if its place vouches for it, and its source shows, without being run, that it defines a
    scenario of that name; or if its package is trusted.

    Args:
        params: The parameters.
        trust: Further packages whose scenarios may be imported.
        reading: As for `load_stored_params`.

    Raises:
        ParamsError: The scenario isn't trusted, or its source shows none of that name.
        ScenarioNotFoundError: The parameters name no scenario, or it can't be loaded.
    """
    if not params.scenario:
        raise ScenarioNotFoundError("the parameters must name the scenario that they belong to, but name none")
    if is_main(module_of(params.scenario)):
        return _scenario_of_main(params.scenario, trust)
    folders = tuple(reading)
    search_current_folder(folders)
    if not _is_beside(params.scenario, type(params)):
        vouch(Trust(trust, reading=folders), params.scenario)
    return find_located_scenario(params.scenario)


def vouch(trust: Trust, tag: str) -> None:
    """Make sure that the module of a tag may be imported.

    Raises:
        LoadError: Its place doesn't vouch for it.
    """
    # An imported module is not imported again; classes of a notebook, for instance, have no source.
    if not tag or tag.partition(":")[0] in sys.modules:
        return
    try:
        trust.vouch(tag)
    except ValueProblem as problem:
        raise LoadError([Mistake(tag, problem.problem, problem.hints)]) from None


def _scenario_of_main(tag: str, trust: Iterable[str]) -> type[ScenarioBase[Any, Any]]:
    """The scenario that a notebook's cells define, where a file names it."""
    try:
        found = TrustedImport(trust)(tag)
    except ValueProblem as problem:
        raise LoadError([Mistake(tag, problem.problem, problem.hints)]) from None
    if not isinstance(found, type) or not issubclass(found, ScenarioBase):
        raise ScenarioNotFoundError(f"{tag} is no scenario")
    return found


def _is_beside(tag: str, cls: type[Any]) -> bool:
    """Whether a scenario is in the package of a class that has been imported, at the same place."""
    module, imported = locate(module_of(tag)), locate(cls.__module__)
    return module is not None and imported is not None and module.place == imported.place


def _named_in(path: Path, scenario_at: str) -> tuple[str, str]:
    """Return the tags of the parameters and of the scenario that a file names, `""` where it names none."""
    try:
        stored: Any = read_file(path)
    except LoadError:
        return "", ""  # `load` says it again
    if scenario_at and isinstance(stored, dict):
        stored = stored.get(scenario_at)
    tag, scenario = (stored.get(key) if isinstance(stored, dict) else None for key in ("__cls__", "scenario"))
    return tag if isinstance(tag, str) else "", scenario if isinstance(scenario, str) else ""
