"""Rebuilds a bundle with today's code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfaip.model.bundle.array_file import StoredArray
from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.exported_model import ExportedModel
from tfaip.model.bundle.layout import Bundle
from tfaip.model.bundle.load import open_weights
from tfaip.model.scenario.created import created
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.params import find_stored_scenario, load_params_of_today
from tfaip.params.suggestions import nearest
from tfaip.pipeline.hooks import call_user_code

__all__ = ["AdaptedBundle", "adapt_bundle"]


@dataclass(frozen=True)
class AdaptedBundle:
    """A bundle that was rebuilt.

    Attributes:
        bundle: The new bundle.
        differences: One sentence for each part of the former bundle that changed or was left out.
    """

    bundle: Bundle
    differences: tuple[str, ...]


def adapt_bundle(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    params: ScenarioBaseParams[Any, Any] | None = None,
    trust: Iterable[str] = (),
) -> AdaptedBundle:
    """Rebuild the bundle at `path` with the code of its scenario as it is today.

    Parameters that are unknown today are left out, new ones take their defaults. The graph is built anew, takes the
    weights by the path of their variable, and is exported. Each of them must be in the bundle in its shape.

    Args:
        path: The bundle.
        output: Where the new one is written; default: in place, where the former one is kept until the new is whole.
        params: Parameters of the new bundle, made of those that `load_params_of_today` returns; default: these.
        trust: Packages, beside the scenario's own, whose parameter classes may be imported.

    Raises:
        BundleError: `path` is no bundle, lacks weights of the graph, or `output` is taken.
    """
    former, trust, differences = Bundle.at(path), tuple(trust), list[str]()
    target = Path(path if output is None else output)
    if output is not None and target.exists() and target.resolve() != former.path.resolve():
        raise BundleError(f"the output must be a folder that is not there yet, but {target} is")
    changes = params is not None
    if params is None:
        params, differences = load_params_of_today(path, trust=trust)
    scenario_cls = find_stored_scenario(params, trust=trust, reading=[former.path])
    scenario = scenario_cls(scenario_cls.tagged(params))
    model = created(scenario, "create_model")
    graph = model.build_graph(scenario.data)
    with open_weights(path) as file:
        _check_weights(former, graph.weights, file.arrays, changes=changes)
        weights = file.read(variable.path for variable in graph.weights)
    for variable in graph.weights:
        variable.assign(weights[variable.path])
    left = [name for name in file.arrays if name not in weights]
    differences += [f"{former.weights}: the graph has no variable {name} any more" for name in left]
    bundle = export_bundle(target, scenario, model, graph)
    call_user_code(scenario.after_export, ExportedModel(bundle, "adapted"))
    return AdaptedBundle(bundle, tuple(differences))


def _check_weights(
    former: Bundle, variables: Iterable[Any], weights: Mapping[str, StoredArray], *, changes: bool
) -> None:
    problems = []
    for variable in variables:
        if variable.path not in weights:
            close = nearest(variable.path, weights, 1)
            problems.append(f"{variable.path} is not in it" + (f" (it has {close[0]})" if close else ""))
        elif (stored := weights[variable.path].shape) != (shape := tuple(variable.shape)):
            problems.append(f"{variable.path} has the shape {list(stored)} in it, {list(shape)} today")
    if problems and changes:
        raise BundleError(
            f"the weights of the bundle {former.path} must fit the graph of the changed parameters, but "
            f"{'; '.join(problems)}. Leave out what changes weights, or train again from them by warm start"
        )
    if problems:
        raise BundleError(
            f"the bundle {former.path} lacks weights of today's graph: {'; '.join(problems)}. Use the code of that "
            "time, or train again from these weights by warm start"
        )
