"""Writes a trained model as a bundle."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import DEFAULT_LABEL, SIGNATURE, Bundle
from tfaip.model.bundle.manifest import Manifest
from tfaip.model.bundle.weights import write_weights
from tfaip.model.folders.atomic_folder import replaced_folder
from tfaip.model.folders.folder_lock import FolderInUseError, FolderLock
from tfaip.model.graph import GraphBase
from tfaip.model.model import ModelBase
from tfaip.model.onnx.export import write_onnx
from tfaip.model.runtime.autograph_files import remove_autograph_files
from tfaip.model.runtime.backend import root_logger_unchanged
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.model.scenario import ScenarioBase
from tfaip.params import save

__all__ = ["export_bundle", "locked_bundle"]

logger = logging.getLogger(__name__)


def export_bundle(
    path: Path,
    scenario: ScenarioBase[Any, Any],
    model: ModelBase[Any],
    graph: GraphBase[Any],
    *,
    saved_model: bool = True,
    onnx_samples: Iterable[Mapping[str, np.ndarray]] | None = None,
) -> Bundle:
    """Write the bundle of a built graph to `path`, in place of its former content.

    The folder is written beside and takes its place in one step, so that a reader finds the one bundle or the other.

    Args:
        path: The folder of the bundle.
        scenario: Its data and parameters.
        model: Says what is exported.
        graph: The graph with its weights.
        saved_model: Whether SavedModels are written, unless the scenario's `export_serve` is off.
        onnx_samples: Batches of inputs on which an ONNX model of the graph is verified; `None`: write none. A graph
            that can't be converted is a warning, and the bundle has no ONNX model then.

    Raises:
        ValueError: Two variables have one path, or an exported graph is labelled with something that can't be a folder.
        DefinitionError: Two resources have one name.
        FileNotFoundError: A resource does not exist.
        BundleError: Another process exports to `path`, or it is a file, or a folder with other files.
    """
    with locked_bundle(path), replaced_folder(path) as folder:
        bundle = Bundle(folder)
        bundle.resources.mkdir()
        stored = copy.copy(scenario.params)
        stored.data = scenario.data.dump_resources(folder)
        save(stored, bundle.scenario_params)
        write_weights(bundle.weights, graph.weights)
        if scenario.params.export_serve and saved_model:
            _write_saved_models(bundle, scenario, model, graph)
            remove_autograph_files()
        if onnx_samples is not None:
            _write_onnx(path, bundle, scenario, model, graph, onnx_samples)
        Manifest.write(folder)
    return Bundle(path)


@contextmanager
def locked_bundle(path: Path) -> Iterator[None]:
    """Keep other processes from writing to the bundle at `path`.

    Raises:
        BundleError: Another process exports to `path`, or it is a file, or a folder with other files.
    """
    target = path.resolve()
    if target.exists() and not target.is_dir():
        raise BundleError(f"{path} is a file, not the folder of a bundle: move it elsewhere, or choose another folder")
    # A name that is mistyped, or a link that comes with a folder from elsewhere, must not decide what is lost.
    if target.exists() and not _is_replaceable(target):
        what = f"is a link to {target}, which" if path.is_symlink() else "is there already, and"
        raise BundleError(f"{path} {what} holds other files than those of a bundle: choose another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire()
    except FolderInUseError as error:
        raise BundleError(
            f"{error.owner} is exporting to {path}: wait until it has ended, or choose another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _is_replaceable(folder: Path) -> bool:
    return folder.is_dir() and (Bundle(folder).scenario_params.is_file() or not any(folder.iterdir()))


def _write_saved_models(
    bundle: Bundle, scenario: ScenarioBase[Any, Any], model: ModelBase[Any], graph: GraphBase[Any]
) -> None:
    specs = tensor_specs(scenario.data.input_layer_specs())
    exported = _exported(model, graph)
    labels = _labels(exported, specs)
    for label in labels:
        if not label.replace("-", "_").isidentifier():
            raise ValueError(
                f"{type(model).__qualname__}._export_graphs must label graphs with letters, digits, underscores and "
                f"dashes, since each becomes a folder; got {label!r}"
            )
        _write_saved_model(bundle.saved_model(label), graph, specs, _select(exported, label))


def _write_onnx(
    path: Path,
    bundle: Bundle,
    scenario: ScenarioBase[Any, Any],
    model: ModelBase[Any],
    graph: GraphBase[Any],
    samples: Iterable[Mapping[str, np.ndarray]],
) -> None:
    function = _select(_exported(model, graph), DEFAULT_LABEL)
    specs = tensor_specs(scenario.data.input_layer_specs())
    try:
        write_onnx(bundle.onnx, lambda inputs: function(**_tensors(inputs, specs)), specs, samples)
    except BundleError as error:
        logger.warning("The bundle %s has no ONNX model: %s", path, error)


def _tensors(inputs: Mapping[str, Any], specs: Mapping[str, tf.TensorSpec]) -> dict[str, Any]:
    return {name: tf.convert_to_tensor(inputs[name]) for name in specs}


def _exported(model: ModelBase[Any], graph: GraphBase[Any]) -> Any:
    def exported(inputs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        return model.export_graphs(inputs, graph.prediction_outputs(inputs))

    return exported


def _labels(exported: Any, specs: Mapping[str, tf.TensorSpec]) -> list[str]:
    return list(tf.function(exported, autograph=False).get_concrete_function(specs).structured_outputs)


def _select(exported: Any, label: str) -> Any:
    # A signature takes its tensors as keyword arguments.
    return tf.function(lambda **inputs: exported(inputs)[label], autograph=False)


def _write_saved_model(path: Path, graph: GraphBase[Any], specs: Mapping[str, tf.TensorSpec], function: Any) -> None:
    root = tf.Module()
    root.variables_of_graph = [variable.value for variable in graph.variables]
    with root_logger_unchanged():
        tf.saved_model.save(root, str(path), signatures={SIGNATURE: function.get_concrete_function(**specs)})
