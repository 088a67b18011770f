"""The runtime that runs a bundle: TensorFlow its SavedModel, or onnxruntime its ONNX model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.layout import Bundle

__all__ = ["is_installed", "needs_tensorflow", "runtime_of"]

_LIBRARIES = {"tensorflow": "tensorflow", "onnx": "onnxruntime"}
_EXTRAS = {"tensorflow": "tf", "onnx": "onnx"}


def runtime_of(path: str | os.PathLike[str], wanted: str = "auto", *, eager: bool = False) -> str:
    """Return "tensorflow" or "onnx": the wanted runtime, or the first that is installed and has a model in the bundle.

    Args:
        path: The bundle.
        wanted: "tensorflow", "onnx", or "auto", which tries TensorFlow first.
        eager: The graph of the scenario's code is to run, which is TensorFlow's.

    Raises:
        BundleError: `path` is no bundle, or the runtime isn't installed.
    """
    bundle = Bundle.at(path)
    if eager and wanted == "onnx":
        raise BundleError("run_eagerly runs the scenario's own graph: the runtime must be tensorflow, got onnx")
    if eager or wanted != "auto":
        chosen = "tensorflow" if eager else wanted
        if not is_installed(chosen):
            raise BundleError(f"the runtime {chosen} needs {_LIBRARIES[chosen]}: {_install(chosen)}")
        return chosen
    models = {"tensorflow": bundle.serve.is_dir(), "onnx": bundle.onnx.is_file()}
    installed = [runtime for runtime in models if is_installed(runtime)]
    if not installed:
        raise BundleError(
            "a prediction must have a runtime, but neither TensorFlow nor onnxruntime is installed: "
            f"{_install('tensorflow')} runs each bundle, {_install('onnx')} those with {bundle.onnx.name}"
        )
    possible = [runtime for runtime in installed if models[runtime]]
    if not possible and models["onnx"]:
        raise BundleError(f"the bundle {bundle.path} has no SavedModel, but {bundle.onnx.name}: {_install('onnx')}")
    # The loader refuses a bundle without any model, and says what is missing.
    return (possible or installed)[0]


def needs_tensorflow(paths: Iterable[str | os.PathLike[str]], wanted: str = "auto", *, eager: bool = False) -> bool:
    """Whether TensorFlow runs one of the bundles; the arguments are those of `runtime_of`."""
    # Of all, so that each broken one is refused.
    return "tensorflow" in [runtime_of(path, wanted, eager=eager) for path in paths]


def is_installed(runtime: str) -> bool:
    """Whether the library of a runtime can be imported."""
    return find_spec(_LIBRARIES[runtime]) is not None


def _install(runtime: str) -> str:
    return f"pip install 'tfaip-predict[{_EXTRAS[runtime]}]'"
