"""Opens an ONNX model with onnxruntime, which needs no TensorFlow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.pipeline import ArraySpec

__all__ = ["OUTPUT_NAMES", "OnnxFunction"]

OUTPUT_NAMES = "tfaip.outputs"
"""Key in the metadata of a model: the names of its outputs as a JSON list, where the graph can't have them."""

_DTYPES = {"float": "float32", "double": "float64", "string": "object"}
"""Types of ONNX that NumPy names otherwise."""
# Levels of the log of onnxruntime, the last one its default. Its warnings are about the work of the converter, and its
# errors of a run come as exceptions.
_FATAL, _ERRORS, _WARNINGS = 4, 3, 2


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
        options.log_severity_level = _FATAL
        given = model if isinstance(model, bytes) else str(model)
        onnxruntime.set_default_logger_severity(_ERRORS)
        try:
            self._session = onnxruntime.InferenceSession(given, options, providers=_providers(onnxruntime, gpus))
        except Exception as error:  # onnxruntime's errors have no public base
            raise BundleError(f"{where} can't be loaded by onnxruntime: {error}") from error
        finally:
            onnxruntime.set_default_logger_severity(_WARNINGS)
        self._in_graph = [output.name for output in self._session.get_outputs()]
        self._outputs = _names(self._session.get_modelmeta().custom_metadata_map, self._in_graph)
        self.inputs = {given.name: _spec(given) for given in self._session.get_inputs()}
        """Spec of each input, with the batch axis; `None` where it is not known."""

    def __call__(self, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the outputs for a batch of inputs, each an array of shape (batch, ...).

        Texts may be `str` or bytes in UTF-8. Outputs are bytes, as TensorFlow's are.
        """
        given = {name: _without_bytes(inputs[name], name) for name in self.inputs}
        outputs = self._session.run(self._in_graph, given)
        return {name: _with_bytes(array) for name, array in zip(self._outputs, outputs, strict=True)}


def _names(metadata: Mapping[str, str], in_graph: list[str]) -> list[str]:
    """The names of the outputs: those that the model notes, else those in its graph."""
    try:
        noted: Any = json.loads(metadata.get(OUTPUT_NAMES, "null"))
    except (ValueError, RecursionError):
        return in_graph
    fits = isinstance(noted, list) and len(noted) == len(in_graph) and all(isinstance(name, str) for name in noted)
    return noted if fits else in_graph


def _without_bytes(value: Any, name: str) -> np.ndarray:
    """The array as onnxruntime takes it, which makes "b'a'" of b"a"."""
    array = np.asarray(value)
    if array.dtype.kind not in "OS":
        return array
    try:
        return _mapped(array, lambda text: text.decode("utf-8") if isinstance(text, bytes) else text)
    except UnicodeDecodeError as error:
        error.add_note(f"onnxruntime takes texts in UTF-8 only, for the input {name}")
        raise


def _with_bytes(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "O":
        return array
    return _mapped(array, lambda text: text.encode("utf-8") if isinstance(text, str) else text)


def _mapped(texts: np.ndarray, function: Callable[[Any], Any]) -> np.ndarray:
    mapped = np.empty(texts.size, object)
    mapped[:] = [function(text) for text in texts.flat]
    return mapped.reshape(texts.shape)


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
