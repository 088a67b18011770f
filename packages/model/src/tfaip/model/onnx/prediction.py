"""Opens an ONNX model with onnxruntime, which needs no TensorFlow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.params.shown_text import one_line
from tfaip.pipeline import ArraySpec

__all__ = ["OUTPUT_NAMES", "OnnxFunction", "message_of"]

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
        BundleError: onnxruntime isn't installed or does not take the model, or the model has other inputs and outputs
            than tensors of NumPy's types.
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
            providers = _providers(onnxruntime, gpus)
            # Else the CPU is tried a second time, and that is printed.
            fallback = int(len(providers) > 1)
            self._session = onnxruntime.InferenceSession(given, options, providers=providers, enable_fallback=fallback)
        except Exception as error:  # onnxruntime's errors have no public base
            raise BundleError(f"{where} can't be loaded by onnxruntime: {message_of(error)}") from error
        finally:
            onnxruntime.set_default_logger_severity(_WARNINGS)
        self._where = where
        _require_tensors(where, "input", self._session.get_inputs())
        _require_tensors(where, "output", self._session.get_outputs())
        self._in_graph = [output.name for output in self._session.get_outputs()]
        self._outputs = _names(self._session.get_modelmeta().custom_metadata_map, self._in_graph)
        self.inputs = {given.name: _spec(given) for given in self._session.get_inputs()}
        """Spec of each input, with the batch axis; `None` where it is not known."""

    def __call__(self, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the outputs for a batch of inputs, each an array of shape (batch, ...).

        Texts may be `str` or bytes in UTF-8. Outputs are bytes, as TensorFlow's are.

        Raises:
            BundleError: An input is missing or does not fit, or onnxruntime can't compute an operation.
        """
        try:
            given = {name: self._without_bytes(inputs[name], name) for name in self.inputs}
        except KeyError:
            raise BundleError(f"{self._where} takes the inputs {list(self.inputs)}, got {list(inputs)}") from None
        is_empty = bool(given) and all(array.shape[:1] == (0,) for array in given.values())
        if is_empty:
            # No row is more than many operations take, and LSTM ends the process. The outputs of one are cut off.
            given = {name: _one_row(array) for name, array in given.items()}
        try:
            outputs = self._session.run(self._in_graph, given)
        except Exception as error:  # onnxruntime's errors have no public base
            shapes = ", ".join(f"{name} {array.dtype}{list(array.shape)}" for name, array in given.items())
            raise BundleError(
                f"{self._where} can't be run by onnxruntime on the batch ({shapes}): {message_of(error)}"
            ) from error
        if is_empty:
            outputs = [array[:0] if array.ndim else array for array in outputs]
        return {name: _with_bytes(array) for name, array in zip(self._outputs, outputs, strict=True)}

    def _without_bytes(self, value: Any, name: str) -> np.ndarray:
        """The array as onnxruntime takes it, which makes "b'a'" of b"a"."""
        array = np.asarray(value)
        if array.dtype.kind not in "OS":
            return array
        try:
            return _mapped(array, lambda text: text.decode("utf-8") if isinstance(text, bytes) else text)
        except UnicodeDecodeError as error:
            raise BundleError(
                f"{self._where} takes texts in UTF-8 for the input {name!r}, got {error.object[:50]!r}: decode them "
                "before, or predict with the SavedModel"
            ) from error


def message_of(error: BaseException) -> str:
    """The text of an error in one line; onnxruntime's have several."""
    return one_line(" ".join(str(error).split()))


def _require_tensors(where: str, role: str, ends: Iterable[Any]) -> None:
    for given in ends:
        if _dtype(given) is None:
            raise BundleError(
                f"the {role}s of {where} must be tensors of types that NumPy has, got {one_line(given.type)} for "
                f"{one_line(given.name)!r}: cast it in the graph, and export it again"
            )


def _names(metadata: Mapping[str, str], in_graph: list[str]) -> list[str]:
    """The names of the outputs: those that the model notes, else those in its graph."""
    try:
        noted: Any = json.loads(metadata.get(OUTPUT_NAMES, "null"))
    except (ValueError, RecursionError):
        return in_graph
    if not isinstance(noted, list) or not all(isinstance(name, str) for name in noted):
        return in_graph
    return noted if len(noted) == len(in_graph) == len(set(noted)) else in_graph


def _one_row(array: np.ndarray) -> np.ndarray:
    shape = (1, *array.shape[1:])
    return np.full(shape, "", object) if array.dtype.kind == "O" else np.zeros(shape, array.dtype)


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
    """The spec of an input; `None` where its shape is unknown."""
    name = _dtype(given)
    if given.shape is None or name is None:
        return None
    return ArraySpec([n if isinstance(n, int) else None for n in given.shape], name, given.name)


def _dtype(given: Any) -> str | None:
    """The type of an input or output as NumPy names it; `None` where it is no tensor, or of none of these types."""
    found = re.fullmatch(r"tensor\((\w+)\)", given.type)
    name = _DTYPES.get(found[1], found[1]) if found else ""
    # ml_dtypes, which TensorFlow loads, makes `bfloat16` a name of NumPy, too.
    return name if name == "object" or (name in np.sctypeDict and np.dtype(name).kind in "biufc") else None
