"""Writes a trained model as a bundle.

Internal API between the packages.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import DEFAULT_LABEL, Bundle
from tfaip.model.bundle.load import saved_model_function
from tfaip.model.bundle.manifest import Manifest
from tfaip.model.bundle.weights import write_weights
from tfaip.model.folders.atomic_folder import replaced_folder
from tfaip.model.folders.folder_lock import FolderInUseError, FolderLock
from tfaip.model.graph import GraphBase
from tfaip.model.model import ModelBase
from tfaip.model.onnx.conditions import TOLERANCE
from tfaip.model.onnx.export import write_onnx
from tfaip.model.runtime.tensor_names import names_in_signature
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.model.scenario import ScenarioBase
from tfaip.model.stored.saved_models import SavedModels
from tfaip.params import save

__all__ = ["BundleWriter", "StoredWeight", "export_bundle", "locked_bundle"]

logger = logging.getLogger(__name__)

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]


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
    return BundleWriter(scenario, model, graph, saved_model=saved_model).write(path, onnx_samples=onnx_samples)


class BundleWriter:
    """Writes bundles of one graph, whose exported functions are traced once; see `export_bundle`.

    The ONNX model of a snapshot is that of its SavedModel, which is loaded for this.

    Args:
        scenario: Its data and parameters.
        model: Says what is exported.
        graph: The built graph.
        saved_model: Whether SavedModels are written, unless the scenario's `export_serve` is off.
        onnx: Whether ONNX models will be written too.
    """

    def __init__(
        self,
        scenario: ScenarioBase[Any, Any],
        model: ModelBase[Any],
        graph: GraphBase[Any],
        *,
        saved_model: bool = True,
        onnx: bool = False,
    ) -> None:
        self._scenario = scenario
        self._graph = graph
        self._has_saved_models = scenario.params.export_serve and saved_model
        self._has_functions = self._has_saved_models or onnx
        self._specs = tensor_specs(scenario.data.input_layer_specs())
        self._saved_models = SavedModels(model, graph, self._specs)

    def snapshot(self) -> list[np.ndarray]:
        """Return the present value of each variable of the graph, for a later `write` in another thread.

        This traces the exported functions, which needs the thread of Keras, unless no bundle holds one.

        Raises:
            ValueError: An exported graph is labelled with something that can't be a folder.
        """
        if self._has_functions:
            self._saved_models.trace()
        return [np.asarray(variable.numpy()) for variable in self._graph.variables]

    def write(
        self,
        path: Path,
        values: Sequence[np.ndarray] | None = None,
        *,
        onnx_samples: Iterable[Mapping[str, np.ndarray]] | None = None,
    ) -> Bundle:
        """Write a bundle.

        Args:
            path: The folder of the bundle.
            values: A `snapshot`, with which another thread may train the graph meanwhile; `None`: as the graph is now.
            onnx_samples: See `export_bundle`.

        Raises:
            ValueError, DefinitionError, FileNotFoundError, BundleError: See `export_bundle`.
        """
        with locked_bundle(path), replaced_folder(path) as folder:
            bundle = Bundle(folder)
            bundle.resources.mkdir()
            stored = copy.copy(self._scenario.params)
            stored.data = self._scenario.data.dump_resources(folder)
            save(stored, bundle.scenario_params)
            write_weights(bundle.weights, self._weights(values))
            if self._has_saved_models:
                self._saved_models.write(bundle, values)
            if onnx_samples is not None:
                with self._functions(bundle, values) as functions:
                    self._write_onnx(path, bundle, functions, onnx_samples)
            Manifest.write(folder)
        return Bundle(path)

    def _weights(self, values: Sequence[np.ndarray] | None) -> list[Any]:
        if values is None:
            return list(self._graph.weights)
        by_variable = {id(variable): value for variable, value in zip(self._graph.variables, values, strict=True)}
        return [StoredWeight(weight.path, by_variable[id(weight)]) for weight in self._graph.weights]

    @contextmanager
    def _functions(self, bundle: Bundle, values: Sequence[np.ndarray] | None) -> Iterator[Mapping[str, Function]]:
        """The exported functions by label, from inputs by name to outputs by name, with these values."""
        functions, specs = self._saved_models.functions, self._specs
        if values is None:
            yield {label: _on_inputs(function, specs) for label, function in functions.items()}
            return
        with ExitStack() as stack:
            written = bundle
            if not self._has_saved_models:
                written = Bundle(Path(stack.enter_context(TemporaryDirectory(dir=bundle.path))))
                self._saved_models.write(written, values)
            yield {label: saved_model_function(written.saved_model(label), "the SavedModel") for label in functions}

    def _write_onnx(
        self,
        path: Path,
        bundle: Bundle,
        functions: Mapping[str, Function],
        samples: Iterable[Mapping[str, np.ndarray]],
    ) -> None:
        batches = list(samples)
        for label, function in functions.items():
            of_graph = "" if label == DEFAULT_LABEL else f" of the graph {label}"
            try:
                found = write_onnx(bundle.onnx_model(label), function, self._specs, batches)
            except BundleError as error:
                logger.warning("The bundle %s has no ONNX model%s: %s", path, of_graph, error)
                continue
            # In float32 there is nothing to tell.
            if found.tolerance > TOLERANCE:
                largest = max(found.differences.values(), default=0.0)
                logger.info(
                    "The ONNX model%s of the bundle %s differs by %.2g, within %.2g: it computes in float16",
                    of_graph,
                    path,
                    largest,
                    found.tolerance,
                )


@dataclass(frozen=True)
class StoredWeight:
    """A weight as it was.

    Attributes:
        path: Path of its variable.
        value: Its value.
    """

    path: str
    value: np.ndarray

    def numpy(self) -> np.ndarray:
        """Return the value, as a variable does."""
        return self.value


def _on_inputs(function: Any, specs: Mapping[str, tf.TensorSpec]) -> Function:
    """The function for inputs by name, arrays or tensors."""
    names = names_in_signature(specs)
    return lambda inputs: function(**{names[name]: tf.convert_to_tensor(inputs[name]) for name in specs})


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
