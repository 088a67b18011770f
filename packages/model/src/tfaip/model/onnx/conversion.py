"""Converts a function of TensorFlow to ONNX."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.onnx.conditions import require_converter
from tfaip.model.onnx.converter_gaps import HANDLERS
from tfaip.model.onnx.graph_ends import nodes, set_captured, set_names, types
from tfaip.model.onnx.prediction import message_of
from tfaip.model.runtime.backend import root_logger_filtered, root_logger_unchanged
from tfaip.model.runtime.libraries import tf

__all__ = ["OPSET", "to_onnx"]

OPSET = 18
"""The first version of ONNX' operations with the bitwise ones; onnxruntime knows it from 1.14 on."""


def to_onnx(function: Callable[[Mapping[str, Any]], Mapping[str, Any]], specs: Mapping[str, tf.TensorSpec]) -> bytes:
    """Return the ONNX model of a function, with the values of its variables.

    Args:
        function: From tensors by name to tensors by name.
        specs: Spec of each tensor, with batch axis; axes of unknown length stay so.

    Raises:
        BundleError: The converter is missing, or an operation has no equivalent in ONNX.
    """
    require_converter()
    import onnx
    import tf2onnx

    outputs: list[str] = []

    def exported(*tensors: Any) -> list[Any]:
        # Each output is a tensor of its own, also where the function returns one of them twice or an input as it is.
        found = function(dict(zip(specs, tensors, strict=True)))
        _require_names(found)
        outputs[:] = found
        return [tf.identity(tensor) for tensor in found.values()]

    # TensorFlow takes other names than ONNX does: `set_names` writes those of the function.
    signature = [tf.TensorSpec(spec.shape, spec.dtype, name=f"input_{n}") for n, spec in enumerate(specs.values())]
    traced = tf.function(exported, autograph=False)
    with root_logger_unchanged(), _silent_converter():
        try:
            _require_variables_only(traced.get_concrete_function(*signature))
            model, _ = tf2onnx.convert.from_function(
                traced,
                input_signature=signature,
                opset=OPSET,
                custom_op_handlers=dict(HANDLERS),
            )
            captured = traced.get_concrete_function(*signature).graph.captures
            set_captured(model.graph, {inner.name: outer for outer, inner in captured})
            set_names(model, {spec.name: name for spec, name in zip(signature, specs, strict=True)}, outputs)
            content: bytes = model.SerializeToString()
        except BundleError:
            raise
        except Exception as error:  # of any type, from anywhere in tf2onnx
            raise BundleError(
                f"tf2onnx can't convert the graph to ONNX: {type(error).__name__}: {message_of(error)}"
            ) from error
    if unknown := sorted(set(_unknown_operations(model.graph))):
        raise BundleError(
            f"ONNX must have an equivalent of each operation, but has none of {', '.join(unknown)}: "
            "compute it by other operations, or predict with the SavedModel"
        )
    if onnx.TensorProto.BFLOAT16 in types(model.graph):
        raise BundleError(
            "onnxruntime must have each operation in the types of the graph, but has hardly any in bfloat16: train "
            "with float32 or mixed_float16, or predict with the SavedModel"
        )
    return content


def _require_variables_only(function: Any) -> None:
    """Refuse tables: layers such as `StringLookup` hold one."""
    variables = {id(variable.handle) for variable in function.variables}
    if any(outer.dtype == tf.resource and id(outer) not in variables for outer, _ in function.graph.captures):
        raise BundleError(
            "an ONNX model must hold numbers only, but the graph has a lookup table, as layers like StringLookup, "
            "IntegerLookup and TextVectorization have: look up in a processor, or predict with the SavedModel"
        )


def _require_names(outputs: Iterable[str]) -> None:
    for name in outputs:
        try:
            is_name = bool(name.encode())
        except UnicodeEncodeError:
            is_name = False
        if not is_name:
            raise BundleError(f"an output of an ONNX model must have a name in Unicode, got {name!r}: rename it")


def _unknown_operations(graph: Any) -> Iterator[str]:
    """Yield the operations that the converter has left as TensorFlow names them."""
    import onnx

    for node in nodes(graph):
        if node.domain in ("", "ai.onnx") and not onnx.defs.has(node.op_type):
            yield node.op_type


@contextmanager
def _silent_converter() -> Iterator[None]:
    """Keep the log of tf2onnx off the console: its failures come as errors."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with root_logger_filtered(_is_not_of_converter):
            yield
    finally:
        logger.setLevel(level)


def _is_not_of_converter(record: logging.LogRecord) -> bool:
    """Whether a message of the root logger comes from elsewhere: some modules of tf2onnx log by it."""
    return "tf2onnx" not in Path(record.pathname).parts
