"""Adds the ONNX model of a bundle's SavedModel to the bundle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import DEFAULT_LABEL, Bundle
from tfaip.model.bundle.load import load_prediction_function
from tfaip.model.bundle.manifest import Manifest
from tfaip.model.folders.atomic_folder import replaced_folder
from tfaip.model.onnx.conditions import require_converter
from tfaip.model.onnx.export import verified_onnx
from tfaip.model.stored.export import locked_bundle

__all__ = ["OnnxExport", "export_onnx"]


@dataclass(frozen=True)
class OnnxExport:
    """An ONNX model that was added to a bundle.

    Attributes:
        bundle: The bundle.
        differences: Largest difference of each output, see `tfaip.model.onnx.verification`; empty where there were no
            samples. Outputs of further graphs have names like `label: output`.
        tolerances: Largest difference of each output that was taken, by the same names.
        left_out: The further graphs without ONNX model, with the reason.
    """

    bundle: Bundle
    differences: Mapping[str, float]
    tolerances: Mapping[str, float]
    left_out: Mapping[str, str]


def export_onnx(
    path: str | os.PathLike[str], batches: Iterable[Mapping[str, np.ndarray]], *, tolerance: float | None = None
) -> OnnxExport:
    """Add the ONNX models of a bundle's SavedModels to the bundle, `model.onnx` for one, in place of former ones.

    The bundle is written beside and takes its place in one step. The SavedModel is a program: open one of an unknown
    person in a sandbox.

    Args:
        path: The bundle.
        batches: Inputs by name, on which both models run.
        tolerance: The largest difference of outputs that is taken; default: 1e-5, or 7.8e-3 where a graph computes in
            float16.

    Raises:
        BundleError: The bundle is broken or has no SavedModel, or the graph that predictors run can't be converted, or
            its outputs differ.
    """
    require_converter()
    bundle = Bundle.at(path)
    bundle.verify()
    before = _files(bundle)
    functions: dict[str, Any] = {
        label: load_prediction_function(path, label=label) for label in dict.fromkeys([DEFAULT_LABEL, *bundle.labels])
    }
    samples, left_out, models = list(batches), dict[str, str](), dict[str, bytes]()
    differences, tolerances = dict[str, float](), dict[str, float]()
    for label, function in functions.items():
        try:
            models[label], found = verified_onnx(function, function.specs, samples, tolerance=tolerance)
        except BundleError as error:
            if label == DEFAULT_LABEL:
                raise
            left_out[label] = str(error)
            continue
        prefix = "" if label == DEFAULT_LABEL else f"{label}: "
        differences.update({f"{prefix}{name}": value for name, value in found.differences.items()})
        tolerances.update({f"{prefix}{name}": found.tolerance for name in found.differences})
    # Not before: a training that writes the same bundle meanwhile would find the lock taken, and end.
    with locked_bundle(bundle.path), replaced_folder(bundle.path) as folder:
        if _files(bundle) != before:
            raise BundleError(
                f"the bundle {bundle.path} must stay as it is during its export, but another process has replaced it: "
                "export it again, or export a copy of it"
            )
        shutil.copytree(bundle.path, folder, dirs_exist_ok=True)
        for label, content in models.items():
            written = Bundle(folder).onnx_model(label)
            written.parent.mkdir(exist_ok=True)
            written.write_bytes(content)
            if bundle.manifest() is not None:
                Manifest.add(folder, written)
    return OnnxExport(bundle, differences, tolerances, left_out)


def _files(bundle: Bundle) -> dict[str, Any]:
    """The described files of a bundle but its ONNX models, which another process may add, too."""
    manifest = bundle.manifest()
    return {name: file for name, file in manifest.files.items() if not name.endswith(".onnx")} if manifest else {}
