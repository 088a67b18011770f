"""Adds the ONNX model of a bundle's SavedModel to the bundle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.model.bundle.layout import Bundle
from tfaip.model.bundle.load import load_prediction_function
from tfaip.model.bundle.manifest import Manifest
from tfaip.model.folders.atomic_folder import replaced_folder
from tfaip.model.onnx.conditions import TOLERANCE, require_converter
from tfaip.model.onnx.export import write_onnx
from tfaip.model.stored.export import locked_bundle

__all__ = ["OnnxExport", "export_onnx"]


@dataclass(frozen=True)
class OnnxExport:
    """An ONNX model that was added to a bundle.

    Attributes:
        bundle: The bundle.
        differences: Largest difference of each output, see `tfaip.model.onnx.verification`; empty where there were no
            samples.
    """

    bundle: Bundle
    differences: Mapping[str, float]


def export_onnx(
    path: str | os.PathLike[str], batches: Iterable[Mapping[str, np.ndarray]], *, tolerance: float = TOLERANCE
) -> OnnxExport:
    """Add the ONNX model of a bundle's SavedModel to the bundle, `model.onnx`, in place of a former one.

    The bundle is written beside and takes its place in one step. The SavedModel is a program: open one of an unknown
    person in a sandbox.

    Args:
        path: The bundle.
        batches: Inputs by name, on which both models run.
        tolerance: The largest difference of outputs that is taken.

    Raises:
        BundleError: The bundle is broken or has no SavedModel, the graph can't be converted, or the outputs differ.
    """
    require_converter()
    bundle = Bundle.at(path)
    bundle.verify()
    function: Any = load_prediction_function(path)
    with locked_bundle(bundle.path), replaced_folder(bundle.path) as folder:
        shutil.copytree(bundle.path, folder, dirs_exist_ok=True)
        written = Bundle(folder).onnx
        differences = write_onnx(written, function, function.specs, batches, tolerance=tolerance)
        if bundle.manifest() is not None:
            Manifest.add(folder, written)
    return OnnxExport(bundle, differences)
