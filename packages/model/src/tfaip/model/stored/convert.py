"""Converts an exported model of tfaip 1.2: its weights into today's graph, and both compared on the same samples."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.exported_model import ExportedModel
from tfaip.model.bundle.layout import SIGNATURE, Bundle
from tfaip.model.runtime.backend import root_logger_unchanged
from tfaip.model.scenario.created import created
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.former_export import FormerExport, require_new_folder
from tfaip.model.stored.former_layers import same_layers, within_graph
from tfaip.params.suggestions import nearest
from tfaip.pipeline.hooks import call_user_code

__all__ = ["ConvertedModel", "ConvertedWeight", "Transform", "convert_exported_model"]

Transform = Callable[[str, np.ndarray], "tuple[str, np.ndarray] | None"]
"""From the name and the value of a former weight, `Graph/layer/kernel`, to those of today; `None` leaves it out."""


@dataclass(frozen=True)
class ConvertedWeight:
    """A weight of today's graph and the former one that it took.

    Attributes:
        path: Path of the variable.
        former: Name of the former variable.
        shape: Shape of both.
    """

    path: str
    former: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class ConvertedModel:
    """A model that was converted.

    Attributes:
        bundle: The new bundle.
        weights: Each weight of the graph.
        left: Names of former variables that no weight took.
        differences: Largest absolute difference of each output, where both models have it.
        notes: Reasons why an output or all outputs were not compared.
    """

    bundle: Bundle
    weights: tuple[ConvertedWeight, ...]
    left: tuple[str, ...]
    differences: Mapping[str, float]
    notes: tuple[str, ...]


def convert_exported_model(
    former: FormerExport,
    output: str | os.PathLike[str],
    scenario: ScenarioBase[Any, Any],
    *,
    inputs: Mapping[str, np.ndarray] | None = None,
    transform: Transform | None = None,
) -> ConvertedModel:
    """Write a bundle of today's code with the weights of an exported model of tfaip 1.2.

    A weight is found by its path: `root/Graph/layer/kernel:0` is `graph/layer/kernel` today. The name of the graph may
    differ, and so may the numbers of layers without a name of their own. The SavedModel is a program: open one of an
    unknown person in a sandbox.

    Args:
        former: The files of the exported model.
        output: Folder of the new bundle; it must be a new one.
        scenario: The scenario with the parameters of the exported model.
        inputs: A batch on which both models run, by name.
        transform: Renames or changes former weights before they are matched.

    Raises:
        BundleError: The SavedModel can't be read, or a weight of today's graph isn't in it in its shape.
    """
    target = require_new_folder(output)
    try:
        with root_logger_unchanged():
            loaded = tf.saved_model.load(str(former.saved_model))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise BundleError(f"the SavedModel {former.saved_model} cannot be loaded: {error}") from error
    stored, left_out = _stored_weights(loaded, transform)
    model = created(scenario, "create_model")
    graph = model.build_graph(scenario.data)
    taken = _matched([(variable.path, tuple(variable.shape)) for variable in graph.weights], stored, former.saved_model)
    for variable in graph.weights:
        variable.assign(stored[taken[variable.path]])
    notes: list[str] = []
    differences: dict[str, float] = {}
    if inputs is not None:
        differences, notes = _compared(loaded, graph.prediction_outputs, inputs)
    used = set(taken.values())
    bundle = export_bundle(target, scenario, model, graph)
    call_user_code(scenario.after_export, ExportedModel(bundle, "converted"))
    return ConvertedModel(
        bundle,
        tuple(ConvertedWeight(path, name, stored[name].shape) for path, name in taken.items()),
        (*(name for name in stored if name not in used), *left_out),
        differences,
        tuple(notes),
    )


def _stored_weights(loaded: Any, transform: Transform | None) -> tuple[dict[str, np.ndarray], list[str]]:
    """The variables of a SavedModel by their paths, and the names of those that the transform leaves out.

    A path that stands in it again is numbered: `total`, `total (2)`. Keras 2 called the parts of all metrics so.
    """
    variables: Any = getattr(loaded, "variables", None) or _signature(loaded).variables
    stored: dict[str, np.ndarray] = {}
    left_out = []
    counts: Counter[str] = Counter()
    for variable in variables:
        name, value = variable.name.partition(":")[0].removeprefix("root/"), variable.numpy()
        changed = (name, value) if transform is None else transform(name, value)
        if changed is None:
            left_out.append(name)
        else:
            counts[changed[0]] += 1
            again = f" ({counts[changed[0]]})" if counts[changed[0]] > 1 else ""
            stored[changed[0] + again] = np.asarray(changed[1])
    return stored, left_out


def _matched(
    wanted: Sequence[tuple[str, tuple[int, ...]]], stored: Mapping[str, np.ndarray], source: Path
) -> dict[str, str]:
    """The name of the former weight for each path of today."""
    found: dict[str, str] = {}
    problems = []
    paths = {name: name.partition(" (")[0] for name in stored}
    former_of = same_layers([within_graph(path) for path, _ in wanted], map(within_graph, paths.values()))
    for path, shape in wanted:
        within = former_of.get(within_graph(path))
        names = [name for name, spelled in paths.items() if within_graph(spelled) == within]
        names = [name for name in names if paths[name] == path] or names
        if len(names) == 1 and stored[names[0]].shape == shape:
            found[path] = names[0]
        elif len(names) == 1:
            problems.append(f"{path} has the shape {list(shape)} today, {list(stored[names[0]].shape)} in it")
        elif names:
            problems.append(f"{path} may be each of {', '.join(names)}")
        else:
            close = nearest(path, stored, 1)
            problems.append(f"{path} is not in it" + (f" (it has {close[0]})" if close else ""))
    if problems:
        raise BundleError(
            f"the exported model {source} lacks weights of today's graph: {'; '.join(problems)}. Rename or change "
            "former weights by a function, --transform module:function"
        )
    return found


def _signature(loaded: Any) -> Any:
    signature = loaded.signatures.get(SIGNATURE) if hasattr(loaded, "signatures") else None
    if signature is None:
        raise BundleError(f"the SavedModel must have variables or the signature {SIGNATURE!r}")
    return signature


def _compared(
    loaded: Any, predict: Callable[[Mapping[str, Any]], Mapping[str, Any]], inputs: Mapping[str, np.ndarray]
) -> tuple[dict[str, float], list[str]]:
    """The largest difference of each output of both models, and why others have none."""
    signature = loaded.signatures.get(SIGNATURE) if hasattr(loaded, "signatures") else None
    if signature is None:
        return {}, [f"the SavedModel has no signature {SIGNATURE!r}, so that its outputs can't be compared"]
    specs: Mapping[str, tf.TensorSpec] = signature.structured_input_signature[1]
    if missing := [name for name in specs if name not in inputs]:
        return {}, [f"the SavedModel takes {_words(missing)}, which the data doesn't have, so that nothing is compared"]
    former = signature(**{name: _tensor(inputs[name], spec.dtype) for name, spec in specs.items()})
    today = predict({name: tf.convert_to_tensor(array) for name, array in inputs.items()})
    differences, notes = {}, []
    for name, expected in former.items():
        if name not in today:
            notes.append(f"the graph has no output {name} today")
        elif tuple(today[name].shape) != tuple(expected.shape):
            notes.append(f"{name} has the shape {list(today[name].shape)} today, {list(expected.shape)} before")
        elif not expected.dtype.is_numeric:
            notes.append(f"{name} holds no numbers")
        else:
            values = [np.asarray(tensor, np.float64) for tensor in (expected, today[name])]
            differences[name] = float(np.max(np.abs(values[0] - values[1]), initial=0.0))
    return differences, notes


def _tensor(array: np.ndarray, dtype: tf.DType) -> Any:
    return tf.convert_to_tensor(array) if dtype == tf.string else tf.cast(array, dtype)


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)
