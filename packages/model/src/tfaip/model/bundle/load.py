"""Weights and prediction functions of a bundle, of its SavedModel or its ONNX model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import DEFAULT_LABEL, SIGNATURE, Bundle
from tfaip.model.folders.containment import what_leads_out
from tfaip.model.runtime.backend import root_logger_unchanged
from tfaip.model.runtime.tensor_names import name_in_data

if TYPE_CHECKING:
    import numpy as np

    from tfaip.model.bundle.array_file import ArrayFile
    from tfaip.model.onnx.prediction import OnnxFunction
    from tfaip.pipeline import ArraySpec

__all__ = ["load_onnx_function", "load_prediction_function", "load_weights", "open_weights", "saved_model_function"]


def load_weights(
    path: str | os.PathLike[str], *, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, np.ndarray]:
    """Return the weights of the bundle at `path`, by the path of their variable.

    Args:
        path: The bundle.
        shapes: Shapes that weights must have, by path of their variable; compared before any weight is read.

    Raises:
        BundleError: `path` is no bundle, or a broken one, or a weight has another shape.
    """
    with open_weights(path) as file:
        return file.read(file.arrays, shapes=shapes)


def open_weights(path: str | os.PathLike[str]) -> ArrayFile:
    """Return the opened weights of the bundle at `path`, whose shapes are known before they are read.

    Raises:
        BundleError: `path` is no bundle, or a broken one.
    """
    from tfaip.model.bundle.array_file import ArrayFile

    bundle = Bundle.at(path)
    bundle.verify(bundle.weights)
    return ArrayFile(bundle.weights)


def load_prediction_function(
    path: str | os.PathLike[str],
    *,
    label: str = DEFAULT_LABEL,
    inputs: Mapping[str, ArraySpec] | None = None,
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return the function of a bundle's SavedModel: batches of input arrays by name to output tensors by name.

    The SavedModel of a bundle is a program. Open one of an unknown person in a sandbox only: `docs/security.md`.

    Args:
        path: The bundle.
        label: The label of the exported graph.
        inputs: Specs of the data's inputs, which the SavedModel must take; `None` does not compare them.

    Raises:
        BundleError: The bundle is broken, has no such SavedModel, or one that does not fit the data.
    """
    from tfaip.model.bundle.signature import check_inputs

    bundle = Bundle.at(path)
    folder = bundle.saved_model(label)
    where = f"the SavedModel {folder.relative_to(bundle.path)}/ of the bundle {bundle.path}"
    if label not in bundle.labels and label != DEFAULT_LABEL:
        raise BundleError(
            f"the bundle {bundle.path} has no graph {label!r}; it has {', '.join(bundle.labels) or 'none'}"
        )
    if not (folder / "saved_model.pb").is_file():
        onnx = bundle.onnx_model(label)
        raise BundleError(
            f"the bundle {bundle.path} has no SavedModel in {folder.relative_to(bundle.path)}/"
            + (
                f", but {onnx.relative_to(bundle.path)}: choose the runtime onnx"
                if onnx.is_file()
                else "; it was exported with export_serve off, or is broken"
            )
        )
    if outside := what_leads_out(bundle.path, folder):
        raise BundleError(f"{where} must lie in it as a whole, but {outside}")
    bundle.verify(folder)
    predict: Any = saved_model_function(folder, where)
    if inputs is not None:
        check_inputs(where, {name: _spec(spec) for name, spec in predict.specs.items()}, inputs)
    return cast(Callable[[Mapping[str, Any]], dict[str, Any]], predict)


def saved_model_function(folder: Path, where: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return the function of the SavedModel in a folder: batches of input arrays by name to output tensors by name.

    Args:
        folder: The SavedModel.
        where: Its name in messages.

    Raises:
        BundleError: It can't be loaded, or is none of a bundle.
    """
    import tensorflow as tf

    try:
        with root_logger_unchanged():
            module = tf.saved_model.load(str(folder))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise BundleError(f"{where} cannot be loaded: {error}") from error
    signature = module.signatures.get(SIGNATURE)
    if signature is None:
        raise BundleError(f"{where} must have the signature {SIGNATURE!r}, got {sorted(module.signatures)}")
    names = {name_in_data(name): name for name in signature.structured_input_signature[1]}
    specs = {name: signature.structured_input_signature[1][named] for name, named in names.items()}

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return signature(**{names.get(name, name): tf.convert_to_tensor(array) for name, array in inputs.items()})

    # The signature does not keep the module, whose variables it reads, alive by itself.
    predict.module = module  # type: ignore[attr-defined]  # a function takes any attribute
    predict.specs = specs  # type: ignore[attr-defined]
    return predict


def load_onnx_function(
    path: str | os.PathLike[str],
    *,
    label: str = DEFAULT_LABEL,
    inputs: Mapping[str, ArraySpec] | None = None,
    threads: int = 0,
    gpus: Sequence[int] | None = None,
) -> OnnxFunction:
    """Return the function of a bundle's ONNX model: batches of input arrays by name to output arrays by name.

    Args:
        path: The bundle.
        label: The label of the exported graph.
        inputs: Specs of the data's inputs, which the model must take; `None` does not compare them.
        threads: Threads within one operation; 0: one per core.
        gpus: GPUs by number, of which onnxruntime takes the first; `None`: any, empty: none.

    Raises:
        BundleError: The bundle is broken, has no ONNX model, or one that does not fit the data; or onnxruntime isn't
            installed.
    """
    from tfaip.model.bundle.signature import check_inputs
    from tfaip.model.onnx.prediction import OnnxFunction

    bundle = Bundle.at(path)
    model = bundle.onnx_model(label)
    name = model.relative_to(bundle.path)
    if not model.is_file():
        raise BundleError(
            f"the bundle {bundle.path} has no {name}: make it where TensorFlow is installed, by "
            f"tfaip-export {bundle.path} --format onnx"
        )
    where = f"the model {name} of the bundle {bundle.path}"
    if outside := what_leads_out(bundle.path, model):
        raise BundleError(f"{where} must lie in it, but {outside}")
    bundle.verify(model)
    function = OnnxFunction(model, where, threads=threads, gpus=gpus)
    if inputs is not None:
        # The conversion drops an input that no output depends on.
        check_inputs(where, {**dict.fromkeys(inputs), **function.inputs}, inputs)
    return function


def _spec(spec: Any) -> ArraySpec | None:
    """The spec of TensorFlow as one of the pipeline; `None` where its rank is unknown."""
    from tfaip.pipeline import ArraySpec

    return None if spec.shape.rank is None else ArraySpec(spec.shape, spec.dtype.as_numpy_dtype)
