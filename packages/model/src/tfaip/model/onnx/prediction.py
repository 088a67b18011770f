"""Opens an ONNX model with onnxruntime, which needs no TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.pipeline import ArraySpec

__all__ = ["OnnxFunction"]

_DTYPES = {"float": "float32", "double": "float64", "string": "object"}
"""Types of ONNX that NumPy names otherwise."""
# Levels of the log of onnxruntime, the second one its default. Its warnings are about the work of the converter.
_ERRORS, _WARNINGS = 3, 2


class OnnxFunction:
    """The prediction of an ONNX model: batches of input arrays by name to output arrays by name.

    Args:
        model: The file, or its content.
        where: Name of the model, for messages.
        threads: Threads within one operation; 0: one per core.
        gpus: GPUs by number, of which onnxruntime takes the first; `None`: any, empty: none.

    Raises:
        BundleError: onnxruntime isn't installed, or does not take the model.
    """

    def __init__(self, model: Path | bytes, where: str, *, threads: int = 0, gpus: Sequence[int] | None = None) -> None:
        if find_spec("onnxruntime") is None:
            raise BundleError(f"{where} needs onnxruntime: pip install 'tfaip-predict[onnx]'")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _ERRORS
        given = model if isinstance(model, bytes) else str(model)
        onnxruntime.set_default_logger_severity(_ERRORS)
        try:
            self._session = onnxruntime.InferenceSession(given, options, providers=_providers(onnxruntime, gpus))
        except Exception as error:  # onnxruntime's errors have no public base
            raise BundleError(f"{where} can't be loaded by onnxruntime: {error}") from error
        finally:
            onnxruntime.set_default_logger_severity(_WARNINGS)
        self._outputs = [output.name for output in self._session.get_outputs()]
        self.inputs = {given.name: _spec(given) for given in self._session.get_inputs()}
        """Spec of each input, with the batch axis; `None` where it is not known."""

    def __call__(self, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the outputs for a batch of inputs, each an array of shape (batch, ...)."""
        given = {name: np.asarray(inputs[name]) for name in self.inputs}
        return dict(zip(self._outputs, self._session.run(self._outputs, given), strict=True))


def _providers(onnxruntime: Any, gpus: Sequence[int] | None) -> list[Any]:
    cpu, cuda = "CPUExecutionProvider", "CUDAExecutionProvider"
    if cuda not in onnxruntime.get_available_providers() or (gpus is not None and not gpus):
        return [cpu]
    return [(cuda, {"device_id": gpus[0]} if gpus else {}), cpu]


def _spec(given: Any) -> ArraySpec | None:
    """The spec of an input; `None` where its shape is unknown, or its type is none of NumPy's."""
    found = re.fullmatch(r"tensor\((\w+)\)", given.type)
    name = _DTYPES.get(found[1], found[1]) if found else ""
    if given.shape is None or (name not in np.sctypeDict and name != "object"):
        return None
    return ArraySpec([n if isinstance(n, int) else None for n in given.shape], name, given.name)
